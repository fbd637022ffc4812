import type { Collection } from '../collections/collection';
import { readPointId, type PointId } from '../collections/pointId';
import { badRequest, malformedBody } from '../errors';
import { readFilter } from '../filter/parseFilter';
import { selectSlots } from '../filter/selectSlots';
import { ownValue, type JsonObject, type JsonValue } from '../json/jsonValue';
import { readArray } from '../json/readBody';

export const readPointIds = (value: JsonValue | undefined, path: string): PointId[] =>
  readArray(value, path).map(readPointId);

/**
 * The points that a change affects: the listed ids, or those that pass a filter. Ids win when both are given.
 *
 * @param missing what to do when a listed id does not exist: ignore it, or answer 404
 */
export function readSelection(body: JsonObject, collection: Collection, missing: 'ignore' | 'refuse'): PointId[] {
  const points = ownValue(body, 'points') ?? null;
  if (points !== null) {
    const ids = readPointIds(points, 'points');
    if (ids.length === 0) {
      throw badRequest('Empty update request');
    }
    if (missing === 'refuse') {
      ids.forEach((id) => collection.slotOf(id));
    }
    return ids;
  }
  const filter = readFilter(body);
  if (filter === undefined) {
    throw malformedBody('Either list of point ids or filter must be provided');
  }
  const { points: stored } = collection;
  return selectSlots(stored, filter).map((slot) => stored.store.idAt(slot));
}
