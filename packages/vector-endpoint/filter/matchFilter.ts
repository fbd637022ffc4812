import type { PointId } from '../collections/pointId';
import { valuesAt } from '../json/jsonPath';
import type { JsonObject } from '../json/jsonValue';
import { isEmptyValue, matchesField, objectsAmong, type FieldIndex } from './matchValue';
import type { Condition, Filter } from './filter';

/** The data that a filter tests. `id` and `hasVector` are absent inside nested conditions, where they match nothing. */
export interface Candidate {
  readonly payload: JsonObject;
  readonly id?: PointId;
  hasVector?(name: string): boolean;
  /** The payload index of a field, if it exists. */
  indexOf?(path: string): FieldIndex | undefined;
}

export function matchesCondition(candidate: Candidate, condition: Condition): boolean {
  switch (condition.kind) {
    case 'field':
      return matchesField(
        valuesAt(candidate.payload, condition.path),
        condition.tests,
        candidate.indexOf?.(condition.path.text),
      );
    case 'isEmpty':
      return valuesAt(candidate.payload, condition.path).every(isEmptyValue);
    case 'isNull':
      return valuesAt(candidate.payload, condition.path).some((value) => value === null);
    case 'hasId':
      return candidate.id !== undefined && condition.ids.has(candidate.id);
    case 'hasVector':
      return candidate.hasVector?.(condition.name) ?? false;
    case 'nested':
      return objectsAmong(valuesAt(candidate.payload, condition.path)).some((payload) =>
        matchesFilter({ payload }, condition.filter),
      );
    case 'filter':
      return matchesFilter(candidate, condition.filter);
  }
}

function reachesCount(candidate: Candidate, conditions: readonly Condition[], minimumCount: number): boolean {
  let count = 0;
  for (const condition of conditions) {
    if (count < minimumCount && matchesCondition(candidate, condition)) {
      count++;
    }
  }
  return count >= minimumCount;
}

/** Whether a point passes a filter. */
function matchesFilter(candidate: Candidate, filter: Filter): boolean {
  return (
    filter.must.every((condition) => matchesCondition(candidate, condition)) &&
    !filter.mustNot.some((condition) => matchesCondition(candidate, condition)) &&
    (filter.should.length === 0 || filter.should.some((condition) => matchesCondition(candidate, condition))) &&
    (filter.minShould === undefined ||
      reachesCount(candidate, filter.minShould.conditions, filter.minShould.minimumCount))
  );
}
