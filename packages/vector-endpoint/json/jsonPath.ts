import { malformedBody } from '../errors';
import { isObject, ownValue, setOwnValue, type JsonObject, type JsonValue } from './jsonValue';

/** One step of a payload path: a key, an array index, or `[]` (each element). */
export type PathStep = { key: string } | { index: number } | 'each';

/** A payload path such as `author.names[].last`: a first key and the steps below it. */
export interface JsonPath {
  readonly text: string;
  readonly steps: readonly [{ key: string }, ...PathStep[]];
}

const keyPattern = /"([^"\\]*)"|([\p{Alphabetic}\p{N}_-]+)/uy;
const indexPattern = /\[(\d*)\]/y;

function matchAt(pattern: RegExp, text: string, position: number): RegExpExecArray | null {
  pattern.lastIndex = position;
  return pattern.exec(text);
}

/**
 * Parses a payload path. Keys with other characters than letters, digits, `_` and `-` are written in double quotes.
 *
 * @throws AnswerError 400 when it is not a path
 */
export function parseJsonPath(text: string): JsonPath {
  const first = matchAt(keyPattern, text, 0);
  if (first === null) {
    throw malformedBody(`Invalid json path: '${text}'`);
  }
  const steps: [{ key: string }, ...PathStep[]] = [{ key: first[1] ?? first[2] ?? '' }];
  let position = first[0].length;
  while (position < text.length) {
    const isKey = text[position] === '.';
    const match = isKey ? matchAt(keyPattern, text, position + 1) : matchAt(indexPattern, text, position);
    if (match === null) {
      throw malformedBody(`Invalid json path: '${text}'`);
    }
    if (isKey) {
      steps.push({ key: match[1] ?? match[2] ?? '' });
    } else {
      steps.push(match[1] === '' ? 'each' : { index: Number(match[1]) });
    }
    position += match[0].length + (isKey ? 1 : 0);
  }
  return { text, steps };
}

function collect(value: JsonValue | undefined, steps: readonly PathStep[], depth: number, found: JsonValue[]): void {
  if (value === undefined) {
    return;
  }
  const step = steps[depth];
  if (step === undefined) {
    found.push(value);
  } else if (step === 'each') {
    if (Array.isArray(value)) {
      value.forEach((item) => collect(item, steps, depth + 1, found));
    }
  } else if ('key' in step) {
    if (isObject(value)) {
      collect(ownValue(value, step.key), steps, depth + 1, found);
    }
  } else if (Array.isArray(value)) {
    collect(value[step.index], steps, depth + 1, found);
  }
}

const nothing: JsonValue[] = [];

/** All values at a path: none when it is missing, several when the path contains `[]`. */
export function valuesAt(payload: JsonObject, path: JsonPath): JsonValue[] {
  if (path.steps.length === 1) {
    const value = ownValue(payload, path.steps[0].key);
    return value === undefined ? nothing : [value];
  }
  const found: JsonValue[] = [];
  collect(payload, path.steps, 0, found);
  return found;
}

/** Merges `source` into `target` at the top level; a null removes the key. */
export function mergeInto(target: JsonObject, source: JsonObject): void {
  for (const [key, value] of Object.entries(source)) {
    if (value === null) {
      delete target[key];
    } else {
      setOwnValue(target, key, value);
    }
  }
}

function mergedAt(value: JsonValue, steps: readonly PathStep[], depth: number, source: JsonObject): JsonValue {
  const step = steps[depth];
  if (step === undefined) {
    const object = isObject(value) ? value : {};
    mergeInto(object, source);
    return object;
  }
  if (step === 'each') {
    return Array.isArray(value) ? value.map((item) => mergedAt(item, steps, depth + 1, source)) : [];
  }
  if ('key' in step) {
    const object = isObject(value) ? value : {};
    setOwnValue(object, step.key, mergedAt(ownValue(object, step.key) ?? null, steps, depth + 1, source));
    return object;
  }
  const array = Array.isArray(value) ? value : [];
  const item = array[step.index];
  if (item !== undefined) {
    array[step.index] = mergedAt(item, steps, depth + 1, source);
  }
  return array;
}

/** Merges `source` into the object at `path`, creating missing objects on the way. */
export function mergeAt(target: JsonObject, path: JsonPath, source: JsonObject): void {
  mergedAt(target, path.steps, 0, source);
}

function removeBelow(value: JsonValue | undefined, steps: readonly PathStep[], depth: number): void {
  const step = steps[depth];
  if (value === undefined || step === undefined) {
    return;
  }
  const isLast = depth === steps.length - 1;
  if (step === 'each') {
    if (Array.isArray(value)) {
      if (isLast) {
        value.length = 0;
      } else {
        value.forEach((item) => removeBelow(item, steps, depth + 1));
      }
    }
  } else if ('key' in step) {
    if (isObject(value)) {
      if (isLast) {
        delete value[step.key];
      } else {
        removeBelow(ownValue(value, step.key), steps, depth + 1);
      }
    }
  } else if (Array.isArray(value) && !isLast) {
    // Removing an array element by index would not be repeatable, so it does nothing, as in Qdrant.
    removeBelow(value[step.index], steps, depth + 1);
  }
}

/** Removes the value at a path. */
export function removeAt(target: JsonObject, path: JsonPath): void {
  removeBelow(target, path.steps, 0);
}
