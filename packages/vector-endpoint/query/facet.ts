import type { Collection } from '../collections/collection';
import type { Key } from '../collections/keyColumn';
import { wrongInput } from '../errors';
import { readFilter } from '../filter/parseFilter';
import { slotTest } from '../filter/selectSlots';
import { parseJsonPath } from '../json/jsonPath';
import { ownValue, type JsonObject } from '../json/jsonValue';
import { readBoolean, readOptional, readString } from '../json/readBody';
import { readLimit } from './parseQuery';

/** A value of a field and the number of points that have it. */
export interface FacetHit {
  readonly value: Key;
  readonly count: number;
}

const compareKeys = (left: Key, right: Key) => (left < right ? -1 : left > right ? 1 : 0);

/**
 * Counts points by the values of an indexed field: the most frequent first, equal counts in the order of values. The
 * counts are always exact, also without `exact`.
 *
 * @throws AnswerError 400 when the field has no keyword, integer, bool or uuid index
 */
export function countFacets(collection: Collection, body: JsonObject): FacetHit[] {
  const field = parseJsonPath(readString(ownValue(body, 'key'), 'key')).text;
  const limit = readLimit(ownValue(body, 'limit'), 'facet_request.limit');
  readOptional(body, 'exact', readBoolean);
  const index = collection.points.indexes.get(field);
  if (index === undefined || !index.hasKeys) {
    throw wrongInput(
      `No appropriate index for faceting: \`${field}\`. Please create one to facet on this field. ` +
        'Check https://qdrant.tech/documentation/concepts/indexing/#payload-index to see which payload schemas support Match conditions',
    );
  }
  const passes = slotTest(collection.points, readFilter(body));
  const hits = index.countKeys(passes).map(([value, count]): FacetHit => ({ value, count }));
  return hits.sort((left, right) => right.count - left.count || compareKeys(left.value, right.value)).slice(0, limit);
}
