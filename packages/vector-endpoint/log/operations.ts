import type { JsonObject } from '../json/jsonValue';
import type { PointId } from '../collections/pointId';
import type { SparseVector } from '../collections/sparseVectors';

/** Vectors of a point by name, prepared for storing. */
export interface NamedVectors {
  readonly dense: ReadonlyMap<string, Float32Array>;
  readonly sparse: ReadonlyMap<string, SparseVector>;
}

export interface Point {
  readonly id: PointId;
  readonly vectors: NamedVectors;
  readonly payload: JsonObject;
  /** Number of the operation that last changed the point; only given when a compacted log is read. */
  readonly version?: number;
}

/**
 * A change of the points of a collection, in the form that is logged and applied. Filters are already resolved to ids and
 * vectors are prepared, so that applying it again after a restart gives the same points.
 */
export type Operation =
  | { kind: 'upsert'; points: readonly Point[] }
  | { kind: 'updateVectors'; points: readonly { id: PointId; vectors: NamedVectors }[] }
  | { kind: 'deletePoints'; ids: readonly PointId[] }
  | { kind: 'deleteVectors'; ids: readonly PointId[]; names: readonly string[] }
  | { kind: 'setPayload'; ids: readonly PointId[]; payload: JsonObject; path?: string | undefined }
  | { kind: 'overwritePayload'; ids: readonly PointId[]; payload: JsonObject }
  | { kind: 'deletePayload'; ids: readonly PointId[]; paths: readonly string[] }
  | { kind: 'clearPayload'; ids: readonly PointId[] };

/** Number of points that an operation changes. */
export const touchedCount = (operation: Operation): number =>
  operation.kind === 'upsert' || operation.kind === 'updateVectors' ? operation.points.length : operation.ids.length;
