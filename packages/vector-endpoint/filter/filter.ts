import type { JsonPath } from '../json/jsonPath';
import type { PointId } from '../collections/pointId';

/** Bounds of a range; an absent bound means no limit. Datetimes are in microseconds since 1970. */
export interface Bounds {
  readonly lt?: number | undefined;
  readonly gt?: number | undefined;
  readonly lte?: number | undefined;
  readonly gte?: number | undefined;
}

/** A test of one payload value. */
export type ValueTest =
  | { kind: 'value'; value: string | number | boolean }
  | { kind: 'any'; values: ReadonlySet<string | number> }
  | { kind: 'except'; values: ReadonlySet<string | number> }
  | { kind: 'text' | 'textAny' | 'phrase'; text: string }
  | { kind: 'prefix'; prefix: string }
  | { kind: 'range'; bounds: Bounds }
  | { kind: 'datetimeRange'; bounds: Bounds }
  | { kind: 'valuesCount'; bounds: Bounds }
  | { kind: 'isEmpty'; expected: boolean }
  | { kind: 'isNull'; expected: boolean };

export type Condition =
  | { kind: 'field'; path: JsonPath; tests: readonly ValueTest[] }
  | { kind: 'isEmpty'; path: JsonPath }
  | { kind: 'isNull'; path: JsonPath }
  | { kind: 'hasId'; ids: ReadonlySet<PointId> }
  | { kind: 'hasVector'; name: string }
  | { kind: 'nested'; path: JsonPath; filter: Filter }
  | { kind: 'filter'; filter: Filter };

/** Every part must be true; an empty list is always true. */
export interface Filter {
  readonly must: readonly Condition[];
  readonly mustNot: readonly Condition[];
  readonly should: readonly Condition[];
  readonly minShould?: { readonly conditions: readonly Condition[]; readonly minimumCount: number } | undefined;
}

/**
 * The filter of an outer stage together with a prefetch's own, as Qdrant joins them (`Filter::merge`): list by list. So the
 * `should` conditions of both filters become alternatives: one of them is enough.
 */
export function mergeFilters(left: Filter | undefined, right: Filter | undefined): Filter | undefined {
  if (left === undefined || right === undefined) {
    return left ?? right;
  }
  return {
    must: [...left.must, ...right.must],
    mustNot: [...left.mustNot, ...right.mustNot],
    should: [...left.should, ...right.should],
    minShould: mergeMinimums(left.minShould, right.minShould),
  };
}

function mergeMinimums(left: Filter['minShould'], right: Filter['minShould']): Filter['minShould'] {
  if (left === undefined || right === undefined) {
    return left ?? right;
  }
  return {
    conditions: [...left.conditions, ...right.conditions],
    minimumCount: Math.max(left.minimumCount, right.minimumCount),
  };
}
