import { parseJsonPath, type JsonPath, type PathStep } from './jsonPath';
import { isObject, ownValue, setOwnValue, type JsonObject, type JsonValue } from './jsonValue';
import { readArray, readString, wrongType } from './readBody';

/** The part of a payload to return. */
export type PayloadSelector = 'all' | 'none' | { include: JsonPath[] } | { exclude: JsonPath[] };

const readPaths = (value: JsonValue | undefined, path: string): JsonPath[] =>
  readArray(value, path).map((item) => parseJsonPath(readString(item, path)));

/** Reads `with_payload`: true, false, a list of paths, {include: [...]} or {exclude: [...]}. */
export function readPayloadSelector(
  value: JsonValue | undefined,
  byDefault: PayloadSelector,
  path = 'with_payload',
): PayloadSelector {
  if (value === undefined || value === null) {
    return byDefault;
  }
  if (typeof value === 'boolean') {
    return value ? 'all' : 'none';
  }
  if (Array.isArray(value)) {
    return { include: readPaths(value, path) };
  }
  if (isObject(value) && Object.keys(value).length === 1) {
    if (Object.hasOwn(value, 'include')) {
      return { include: readPaths(ownValue(value, 'include'), `${path}.include`) };
    }
    if (Object.hasOwn(value, 'exclude')) {
      return { exclude: readPaths(ownValue(value, 'exclude'), `${path}.exclude`) };
    }
  }
  throw wrongType(value, path, 'a boolean, a list of keys, or {include} or {exclude}');
}

const sameStep = (left: PathStep, right: PathStep): boolean =>
  left === right ||
  (typeof left === 'object' &&
    typeof right === 'object' &&
    ('key' in left
      ? 'key' in right && left.key === right.key
      : 'index' in right && 'index' in left && left.index === right.index));

/** True when one path is the beginning of the other. */
function overlaps(path: readonly PathStep[], pattern: readonly PathStep[]): boolean {
  for (let depth = 0; depth < Math.min(path.length, pattern.length); depth++) {
    const left = path[depth];
    const right = pattern[depth];
    if (left === undefined || right === undefined || !sameStep(left, right)) {
      return false;
    }
  }
  return true;
}

type Keep = (path: readonly PathStep[]) => boolean;

function filterValue(value: JsonValue, path: PathStep[], keep: Keep): JsonValue {
  if (Array.isArray(value)) {
    const below: PathStep[] = [...path, 'each'];
    return keep(below) ? value.map((item) => filterValue(item, below, keep)) : [];
  }
  return isObject(value) ? filterObject(value, path, keep) : value;
}

function filterObject(object: JsonObject, path: PathStep[], keep: Keep): JsonObject {
  const result: JsonObject = {};
  for (const [key, value] of Object.entries(object)) {
    const below = [...path, { key }];
    if (keep(below)) {
      setOwnValue(result, key, filterValue(value, below, keep));
    }
  }
  return result;
}

/** The selected part of a payload. */
export function selectPayload(payload: JsonObject, selector: PayloadSelector): JsonObject | undefined {
  if (selector === 'none') {
    return undefined;
  }
  if (selector === 'all') {
    return payload;
  }
  if ('include' in selector) {
    return filterObject(payload, [], (path) => selector.include.some((pattern) => overlaps(path, pattern.steps)));
  }
  // "exclude a" removes a and all below it: a path goes when some pattern is exactly it.
  return filterObject(payload, [], (path) =>
    selector.exclude.every((pattern) => pattern.steps.length !== path.length || !overlaps(path, pattern.steps)),
  );
}
