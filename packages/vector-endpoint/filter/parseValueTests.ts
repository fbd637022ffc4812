import { malformedBody, unsupported } from '../errors';
import { ownValue, type JsonObject, type JsonValue } from '../json/jsonValue';
import {
  readArray,
  readBoolean,
  readNumber,
  readObject,
  readOptional,
  readString,
  readUnsigned,
  wrongType,
} from '../json/readBody';
import { microsecondsOf } from './datetime';
import type { Bounds, ValueTest } from './filter';

/** Strings and whole numbers cannot be mixed in one list. */
function readVariants(value: JsonValue | undefined, where: string): ReadonlySet<string | number> {
  const items = readArray(value, where);
  const isStrings = items.every((item) => typeof item === 'string');
  const isIntegers = items.every((item) => Number.isInteger(item));
  if (!isStrings && !isIntegers) {
    throw malformedBody(`${where}: expected a list of strings or a list of integers`);
  }
  return new Set(items as (string | number)[]);
}

function parseMatch(value: JsonValue | undefined, where: string): ValueTest {
  const match = readObject(value, where);
  if (Object.hasOwn(match, 'value')) {
    const expected = match.value;
    if (typeof expected === 'string' || typeof expected === 'boolean' || Number.isInteger(expected)) {
      return { kind: 'value', value: expected as string | number | boolean };
    }
    throw wrongType(expected ?? null, `${where}.value`, 'a string, an integer or a boolean');
  }
  if (Object.hasOwn(match, 'text')) {
    return { kind: 'text', text: readString(match.text, `${where}.text`) };
  }
  if (Object.hasOwn(match, 'text_any')) {
    return { kind: 'textAny', text: readString(match.text_any, `${where}.text_any`) };
  }
  if (Object.hasOwn(match, 'phrase')) {
    return { kind: 'phrase', text: readString(match.phrase, `${where}.phrase`) };
  }
  if (Object.hasOwn(match, 'prefix')) {
    return { kind: 'prefix', prefix: readString(match.prefix, `${where}.prefix`) };
  }
  if (Object.hasOwn(match, 'any')) {
    return { kind: 'any', values: readVariants(match.any, `${where}.any`) };
  }
  if (Object.hasOwn(match, 'except')) {
    return { kind: 'except', values: readVariants(match.except, `${where}.except`) };
  }
  throw malformedBody(`${where}: expected one of value, text, text_any, phrase, prefix, any, except`);
}

function readDatetime(value: JsonValue | undefined, where: string): number {
  const text = readString(value, where);
  const microseconds = microsecondsOf(text);
  if (microseconds === undefined) {
    throw malformedBody(`'${text}' does not match accepted datetime format (RFC3339). Example: 2014-01-01T00:00:00Z`);
  }
  return microseconds;
}

function readBounds(
  object: JsonObject,
  where: string,
  read: (value: JsonValue | undefined, path: string) => number,
): Bounds {
  return {
    lt: readOptional(object, 'lt', read, `${where}.lt`),
    gt: readOptional(object, 'gt', read, `${where}.gt`),
    lte: readOptional(object, 'lte', read, `${where}.lte`),
    gte: readOptional(object, 'gte', read, `${where}.gte`),
  };
}

function parseRange(value: JsonValue | undefined, where: string): ValueTest {
  const range = readObject(value, where);
  const isDatetime = ['lt', 'gt', 'lte', 'gte'].some((bound) => typeof ownValue(range, bound) === 'string');
  return isDatetime
    ? { kind: 'datetimeRange', bounds: readBounds(range, where, readDatetime) }
    : { kind: 'range', bounds: readBounds(range, where, readNumber) };
}

/** The tests of a field condition, in the order Qdrant tries them. */
export function parseValueTests(condition: JsonObject, where: string): ValueTest[] {
  for (const geo of ['geo_bounding_box', 'geo_radius', 'geo_polygon']) {
    if (ownValue(condition, geo) !== undefined && ownValue(condition, geo) !== null) {
      throw unsupported(`filter condition \`${geo}\``);
    }
  }
  const tests: (ValueTest | undefined)[] = [
    readOptional(condition, 'match', parseMatch, `${where}.match`),
    readOptional(condition, 'range', parseRange, `${where}.range`),
    readOptional(
      condition,
      'values_count',
      (value, path) => ({
        kind: 'valuesCount' as const,
        bounds: readBounds(readObject(value, path), path, (bound, at) => readUnsigned(bound, at)),
      }),
      `${where}.values_count`,
    ),
    readOptional(
      condition,
      'is_empty',
      (value, path) => ({
        kind: 'isEmpty' as const,
        expected: readBoolean(value, path),
      }),
      `${where}.is_empty`,
    ),
    readOptional(
      condition,
      'is_null',
      (value, path) => ({
        kind: 'isNull' as const,
        expected: readBoolean(value, path),
      }),
      `${where}.is_null`,
    ),
  ];
  return tests.filter((test) => test !== undefined);
}
