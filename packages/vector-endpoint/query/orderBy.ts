import type { Points } from '../collections/points';
import { microsecondsOf } from '../filter/datetime';
import { malformedBody, wrongInput } from '../errors';
import { parseJsonPath } from '../json/jsonPath';
import { ownValue, type JsonValue } from '../json/jsonValue';
import { readObject, readOneOf, readOptional, readString, wrongType } from '../json/readBody';
import { comparePointIds } from '../collections/pointId';
import type { ScoredSlot } from './scoredSlots';

export interface OrderBy {
  readonly field: string;
  readonly isDescending: boolean;
  readonly startFrom: number | undefined;
}

function readStart(value: JsonValue | undefined, path: string): number {
  if (typeof value === 'number') {
    return value;
  }
  const microseconds = typeof value === 'string' ? microsecondsOf(value) : undefined;
  if (microseconds === undefined) {
    throw wrongType(value ?? null, path, 'a number or a date-time');
  }
  return microseconds;
}

/** Reads `order_by`: a field, or {key, direction, start_from}. */
export function readOrderBy(value: JsonValue | undefined, path: string): OrderBy {
  if (typeof value === 'string') {
    return { field: parseJsonPath(value).text, isDescending: false, startFrom: undefined };
  }
  if (value === undefined || value === null || typeof value !== 'object' || Array.isArray(value)) {
    throw malformedBody(`${path}: Expected a string, or an object with a key, direction and/or start_from`);
  }
  const object = readObject(value, path);
  const direction = readOptional(object, 'direction', (found, at) => readOneOf(found, at, ['asc', 'desc'] as const));
  return {
    field: parseJsonPath(readString(ownValue(object, 'key'), `${path}.key`)).text,
    isDescending: direction === 'desc',
    startFrom: readOptional(object, 'start_from', readStart, `${path}.start_from`),
  };
}

/**
 * Points in the order of an indexed field. A point with several values appears once for each value. Equal values are in
 * the order of ids, which is reversed for the descending direction.
 *
 * @throws AnswerError 400 when the field has no index with an order
 */
export function slotsOrderedBy(
  points: Points,
  orderBy: OrderBy,
  isCandidate: ((slot: number) => boolean) | undefined,
  limit: number,
): ScoredSlot[] {
  const index = points.indexes.get(orderBy.field);
  if (index === undefined || !index.hasOrder) {
    throw wrongInput(
      `No range index for \`order_by\` key: \`${orderBy.field}\`. Please create one to use \`order_by\`. ` +
        'Check https://qdrant.tech/documentation/concepts/indexing/#payload-index to see which payload schemas support Range conditions',
    );
  }
  const sign = orderBy.isDescending ? -1 : 1;
  const start = orderBy.startFrom;
  const entries: (ScoredSlot & { orderValue: number })[] = [];
  for (const [slot, numbers] of index.numbers()) {
    if (isCandidate === undefined || isCandidate(slot)) {
      for (const orderValue of new Set(numbers)) {
        if (start === undefined || sign * (orderValue - start) >= 0) {
          entries.push({ slot, score: 1, orderValue });
        }
      }
    }
  }
  entries.sort(
    (left, right) =>
      sign *
      (left.orderValue - right.orderValue ||
        comparePointIds(points.store.idAt(left.slot), points.store.idAt(right.slot))),
  );
  return entries.slice(0, limit);
}
