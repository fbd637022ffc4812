import { readPointId } from '../collections/pointId';
import { invalidValue, malformedBody, unsupported } from '../errors';
import { parseJsonPath, type JsonPath } from '../json/jsonPath';
import { isObject, ownValue, type JsonObject, type JsonValue } from '../json/jsonValue';
import { oneOrMany, readArray, readObject, readOptional, readString, readUnsigned } from '../json/readBody';
import { parseValueTests } from './parseValueTests';
import type { Condition, Filter } from './filter';

const filterFields = ['must', 'must_not', 'should', 'min_should'];

const readPath = (object: JsonObject, where: string): JsonPath =>
  parseJsonPath(readString(ownValue(object, 'key'), `${where}.key`));

/** `[]` is added to a nested key for convenience: nested conditions test the elements of an array. */
function eachElement(path: JsonPath): JsonPath {
  if (path.steps.at(-1) === 'each') {
    return path;
  }
  return { text: `${path.text}[]`, steps: [...path.steps, 'each'] };
}

function parseNested(value: JsonValue | undefined, where: string): Condition {
  const nested = readObject(value, where);
  return {
    kind: 'nested',
    path: eachElement(readPath(nested, where)),
    filter: parseFilter(readObject(ownValue(nested, 'filter'), `${where}.filter`), `${where}.filter`),
  };
}

function parseCondition(value: JsonValue, where: string): Condition {
  if (!isObject(value)) {
    throw malformedBody(`${where}: Expected some form of condition, found ${JSON.stringify(value)}`);
  }
  if (Object.hasOwn(value, 'key')) {
    // Without a test, the condition matches nothing.
    return { kind: 'field', path: readPath(value, where), tests: parseValueTests(value, where) };
  }
  if (Object.hasOwn(value, 'is_empty')) {
    return { kind: 'isEmpty', path: readPath(readObject(value.is_empty, `${where}.is_empty`), `${where}.is_empty`) };
  }
  if (Object.hasOwn(value, 'is_null')) {
    return { kind: 'isNull', path: readPath(readObject(value.is_null, `${where}.is_null`), `${where}.is_null`) };
  }
  if (Object.hasOwn(value, 'has_id')) {
    return { kind: 'hasId', ids: new Set(readArray(value.has_id, `${where}.has_id`).map(readPointId)) };
  }
  if (Object.hasOwn(value, 'has_vector')) {
    return { kind: 'hasVector', name: readString(value.has_vector, `${where}.has_vector`) };
  }
  if (Object.hasOwn(value, 'nested')) {
    return parseNested(value.nested, `${where}.nested`);
  }
  if (Object.hasOwn(value, 'slice')) {
    throw unsupported('filter condition `slice`');
  }
  return { kind: 'filter', filter: parseFilter(value, where) };
}

const parseConditions = (value: JsonValue | undefined, where: string): Condition[] =>
  value === undefined || value === null
    ? []
    : oneOrMany(value).map((item, index) => parseCondition(item, `${where}[${index}]`));

function parseMinimumShould(value: JsonValue | undefined, where: string): Filter['minShould'] {
  const object = readObject(value, where);
  return {
    conditions: parseConditions(readArray(ownValue(object, 'conditions'), `${where}.conditions`), where),
    minimumCount: readMinimumCount(ownValue(object, 'min_count'), `${where}.min_count`),
  };
}

function readMinimumCount(value: JsonValue | undefined, where: string): number {
  const count = readUnsigned(value, where);
  if (count === 0) {
    throw invalidValue(where, 'min_count must be greater than 0');
  }
  return count;
}

/**
 * Parses a filter of Qdrant's REST API.
 *
 * @param where path of the filter in the body, for messages
 * @throws AnswerError 400 for a malformed filter, 422 for a min_count of 0, 501 for geo and slice conditions
 */
function parseFilter(value: JsonObject, where = 'filter'): Filter {
  const unknown = Object.keys(value).find((field) => !filterFields.includes(field));
  if (unknown !== undefined) {
    throw malformedBody(`${where}: unknown field \`${unknown}\`, expected one of ${filterFields.join(', ')}`);
  }
  return {
    must: parseConditions(ownValue(value, 'must'), `${where}.must`),
    mustNot: parseConditions(ownValue(value, 'must_not'), `${where}.must_not`),
    should: parseConditions(ownValue(value, 'should'), `${where}.should`),
    minShould: readOptional(value, 'min_should', parseMinimumShould, `${where}.min_should`),
  };
}

/** The optional `filter` field of a body. */
export const readFilter = (body: JsonObject, field = 'filter', path = field): Filter | undefined =>
  readOptional(body, field, (value) => parseFilter(readObject(value, path), path));
