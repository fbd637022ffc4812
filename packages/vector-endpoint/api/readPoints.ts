import type { Collection } from '../collections/collection';
import type { Point } from '../log/operations';
import { readPointId } from '../collections/pointId';
import { badRequest, malformedBody } from '../errors';
import { readFilter } from '../filter/parseFilter';
import { slotPasses } from '../filter/slotTest';
import { ownValue, type JsonObject, type JsonValue } from '../json/jsonValue';
import { readArray, readObject, readOneOf, readOptional } from '../json/readBody';
import { readVectors } from './readVectors';

function readPoint(value: JsonValue, collection: Collection, path: string): Point {
  const point = readObject(value, path);
  return {
    id: readPointId(ownValue(point, 'id')),
    vectors: readVectors(ownValue(point, 'vector') ?? ownValue(point, 'vectors'), collection.config, `${path}.vector`),
    payload: readOptional(point, 'payload', readObject, `${path}.payload`) ?? {},
  };
}

/** `batch` has the same data as `points`, in columns: ids, vectors (one list, or one for each name), payloads. */
function pointsOfBatch(value: JsonValue | undefined): JsonValue[] {
  const batch = readObject(value, 'batch');
  const ids = readArray(ownValue(batch, 'ids'), 'batch.ids');
  const payloads = readOptional(batch, 'payloads', readArray, 'batch.payloads');
  const vectors = ownValue(batch, 'vectors') ?? {};
  const columns = Array.isArray(vectors)
    ? [vectors]
    : Object.values(readObject(vectors, 'batch.vectors')).map((column) => readArray(column, 'batch.vectors'));
  if ([...columns, ...(payloads ? [payloads] : [])].some((column) => column.length !== ids.length)) {
    throw malformedBody('batch: number of ids, vectors and payloads must be the same');
  }
  return ids.map((id, row) => ({
    id,
    vector: Array.isArray(vectors) ? (vectors[row] ?? []) : rowOf(readObject(vectors, 'batch.vectors'), row),
    payload: payloads?.[row] ?? null,
  }));
}

const rowOf = (columns: JsonObject, row: number): JsonObject =>
  Object.fromEntries(Object.entries(columns).map(([name, column]) => [name, (column as JsonValue[])[row] ?? []]));

/**
 * Reads the points of an upsert that are to be written. `update_mode` and `update_filter` leave some out: points that
 * exist already, do not exist, or exist and do not pass the filter.
 */
export function readUpsert(body: JsonObject, collection: Collection): Point[] {
  const isBatch = Object.hasOwn(body, 'batch');
  if (!isBatch && !Object.hasOwn(body, 'points')) {
    throw malformedBody('Invalid PointInsertOperations format');
  }
  const rows = isBatch ? pointsOfBatch(body.batch) : readArray(body.points, 'points');
  const points = rows.map((row, index) => readPoint(row, collection, `points[${index}]`));
  if (points.length === 0) {
    throw badRequest('Empty update request');
  }
  const mode = readOptional(body, 'update_mode', (value, path) =>
    readOneOf(value, path, ['upsert', 'insert_only', 'update_only'] as const),
  );
  const filter = readFilter(body, 'update_filter');
  return points.filter(({ id }) => {
    const slot = collection.points.store.slotOf(id);
    if (slot === undefined) {
      return mode !== 'update_only';
    }
    return mode !== 'insert_only' && (filter === undefined || slotPasses(collection.points, slot, filter));
  });
}
