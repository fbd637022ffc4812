import { invalidValue, malformedBody } from '../errors';
import { isObject, ownValue, type JsonObject, type JsonValue } from './jsonValue';

/**
 * Typed reading of a parsed body. Each reader takes a value and its path, and throws a 400 that names
 * the path, what was found and what was expected. `undefined` and `null` both mean "left out", as they do in Qdrant.
 */
const describe = (value: JsonValue): string => {
  if (Array.isArray(value)) {
    return 'sequence';
  }
  if (value === null) {
    return 'null';
  }
  return typeof value === 'object' ? 'map' : `${typeof value} ${JSON.stringify(value)}`;
};

export const wrongType = (value: JsonValue, path: string, expected: string) =>
  malformedBody(`${path}: invalid type: ${describe(value)}, expected ${expected}`);

const absent = (value: JsonValue | undefined): value is null | undefined => value === undefined || value === null;

export function readObject(value: JsonValue | undefined, path: string): JsonObject {
  if (absent(value)) {
    throw malformedBody(`missing field \`${path}\``);
  }
  if (!isObject(value)) {
    throw wrongType(value, path, 'a map');
  }
  return value;
}

export function readArray(value: JsonValue | undefined, path: string): JsonValue[] {
  if (absent(value)) {
    throw malformedBody(`missing field \`${path}\``);
  }
  if (!Array.isArray(value)) {
    throw wrongType(value, path, 'a sequence');
  }
  return value;
}

export function readString(value: JsonValue | undefined, path: string): string {
  if (absent(value)) {
    throw malformedBody(`missing field \`${path}\``);
  }
  if (typeof value !== 'string') {
    throw wrongType(value, path, 'a string');
  }
  return value;
}

/** A whole number of 0 or more; `minimum` above 0 is answered with 422, as Qdrant's validation does. */
export function readUnsigned(value: JsonValue | undefined, path: string, minimum = 0): number {
  if (absent(value)) {
    throw malformedBody(`missing field \`${path}\``);
  }
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0) {
    throw wrongType(value, path, 'an unsigned integer');
  }
  if (value < minimum) {
    throw invalidValue(path, `value ${value} invalid, must be ${minimum} or larger`);
  }
  return value;
}

export function readNumber(value: JsonValue | undefined, path: string): number {
  if (absent(value)) {
    throw malformedBody(`missing field \`${path}\``);
  }
  if (typeof value !== 'number') {
    throw wrongType(value, path, 'a number');
  }
  return value;
}

export function readBoolean(value: JsonValue | undefined, path: string): boolean {
  if (absent(value)) {
    throw malformedBody(`missing field \`${path}\``);
  }
  if (typeof value !== 'boolean') {
    throw wrongType(value, path, 'a boolean');
  }
  return value;
}

/** Applies a reader to an optional field of an object; undefined when the field is left out or null. */
export function readOptional<Result>(
  object: JsonObject,
  field: string,
  read: (value: JsonValue | undefined, path: string) => Result,
  path = field,
): Result | undefined {
  const value = ownValue(object, field);
  return absent(value) ? undefined : read(value, path);
}

/** Reads one word of a fixed list. */
export function readOneOf<Word extends string>(value: JsonValue | undefined, path: string, words: readonly Word[]) {
  const found = readString(value, path);
  const word = words.find((candidate) => candidate === found);
  if (word === undefined) {
    throw malformedBody(
      `${path}: unknown variant \`${found}\`, expected one of ${words.map((each) => `\`${each}\``).join(', ')}`,
    );
  }
  return word;
}

/** A list, or a single item that counts as a list of one (Qdrant allows both for filters and prefetches). */
export const oneOrMany = (value: JsonValue): JsonValue[] => (Array.isArray(value) ? value : [value]);
