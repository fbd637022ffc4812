import type { PointId } from '../collections/pointId';
import type { Filter } from '../filter/filter';
import type { Fusion } from './fusion';
import type { OrderBy } from './orderBy';

/** The vector to compare points with: numbers, or the vector of a point. */
export type VectorInput =
  | { kind: 'dense'; values: number[] }
  | { kind: 'sparse'; indices: number[]; values: number[] }
  | { kind: 'point'; id: PointId };

export type Scoring =
  | { kind: 'nearest'; vector: VectorInput; using: string; lookupFrom: LookupFrom | undefined }
  | { kind: 'fusion'; fusion: Fusion }
  | { kind: 'orderBy'; orderBy: OrderBy }
  | { kind: 'sample' };

/** The source of the point's vector, when it is not the searched collection and vector. */
export interface LookupFrom {
  readonly collection: string;
  readonly vector: string | undefined;
}

/** One stage: scores points and keeps the best `limit`. Without prefetches it scores the whole collection. */
export interface QueryStage {
  readonly prefetches: readonly QueryStage[];
  /** Left out: points in the order of their ids. */
  readonly scoring: Scoring | undefined;
  readonly filter: Filter | undefined;
  readonly scoreThreshold: number | undefined;
  readonly limit: number;
}

/** A complete query. The limit of its stage already includes the offset. */
export interface QueryPlan {
  readonly stage: QueryStage;
  readonly offset: number;
}
