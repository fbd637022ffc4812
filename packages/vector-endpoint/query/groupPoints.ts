import type { Catalogue } from '../collections/catalogue';
import type { Collection } from '../collections/collection';
import { unsupported } from '../errors';
import { parseJsonPath, valuesAt } from '../json/jsonPath';
import { ownValue, type JsonObject } from '../json/jsonValue';
import { readString } from '../json/readBody';
import { parseQuery, readLimit } from './parseQuery';
import { runQuery } from './runQuery';
import type { ScoredSlot } from './scoredSlots';

/** Points of a query's answer that share a value of a field. */
export interface PointGroup {
  readonly value: string | number;
  readonly hits: ScoredSlot[];
}

const defaultGroupSize = 3;

/**
 * Runs a query without a limit and groups its points by a field. Groups are in the order of their best points. A point
 * with several values is in several groups, a point without a value is in none.
 */
export function groupPoints(catalogue: Catalogue, collection: Collection, body: JsonObject): PointGroup[] {
  if ((ownValue(body, 'with_lookup') ?? null) !== null) {
    throw unsupported('with_lookup of groups');
  }
  const path = parseJsonPath(readString(ownValue(body, 'group_by'), 'group_by'));
  const groupSize = readLimit(ownValue(body, 'group_size'), 'group_size', defaultGroupSize);
  const limit = readLimit(ownValue(body, 'limit'), 'limit');
  const { stage } = parseQuery({ ...body, limit: null, offset: null });
  const unlimited = { stage: { ...stage, limit: Math.max(1, collection.points.store.size) }, offset: 0 };

  const groups = new Map<string | number, ScoredSlot[]>();
  for (const scored of runQuery(catalogue, collection, unlimited)) {
    const values = valuesAt(collection.points.store.payloadAt(scored.slot), path).flatMap((value) => value);
    for (const value of new Set(values)) {
      if (typeof value === 'string' || Number.isInteger(value)) {
        const key = value as string | number;
        const hits = groups.get(key) ?? [];
        groups.set(key, hits);
        if (hits.length < groupSize) {
          hits.push(scored);
        }
      }
    }
  }
  return [...groups].slice(0, limit).map(([value, hits]) => ({ value, hits }));
}
