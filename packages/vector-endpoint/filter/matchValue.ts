import { isObject, type JsonValue } from '../json/jsonValue';
import { microsecondsOf } from './datetime';
import type { Bounds, ValueTest } from './filter';

/** The payload index of a field. It changes what matches, because it contains only values of its own type. */
export interface FieldIndex {
  /** True when the index answers this test instead of the payload. */
  answers(test: ValueTest): boolean;
  /** True when the index contains the value. */
  holds(stored: JsonValue): boolean;
  /** Full-text matching by tokens; only text indexes have it. */
  matchesText?(stored: readonly string[], test: TextTest): boolean;
}

export const isWithin = (value: number, bounds: Bounds): boolean =>
  (bounds.lt === undefined || value < bounds.lt) &&
  (bounds.gt === undefined || value > bounds.gt) &&
  (bounds.lte === undefined || value <= bounds.lte) &&
  (bounds.gte === undefined || value >= bounds.gte);

function countOf(value: JsonValue): number {
  if (Array.isArray(value)) {
    return value.length;
  }
  return value === null ? 0 : 1;
}

export type TextTest = Extract<ValueTest, { kind: 'text' | 'textAny' | 'phrase' }>;

function matchesText(stored: JsonValue, test: TextTest, index: FieldIndex | undefined): boolean {
  if (typeof stored !== 'string') {
    return false;
  }
  if (index?.matchesText !== undefined) {
    return index.matchesText([stored], test);
  }
  // Without a text index Qdrant searches for the exact text.
  return test.kind === 'textAny'
    ? test.text.split(/\s+/u).some((token) => token !== '' && stored.includes(token))
    : stored.includes(test.text);
}

function isExcepted(stored: JsonValue, values: ReadonlySet<string | number>): boolean {
  return (typeof stored === 'string' || typeof stored === 'number') && values.has(stored);
}

/** Tests one value that is not the array of an array payload. */
function matchesOne(stored: JsonValue, test: ValueTest, index: FieldIndex | undefined): boolean {
  if (index?.answers(test) === true && !index.holds(stored)) {
    return false;
  }
  switch (test.kind) {
    case 'value':
      return stored === test.value;
    case 'any':
      return isExcepted(stored, test.values);
    case 'except':
      return stored !== null && !isExcepted(stored, test.values);
    case 'text':
    case 'textAny':
    case 'phrase':
      return matchesText(stored, test, index);
    case 'prefix':
      return typeof stored === 'string' && stored.startsWith(test.prefix);
    case 'range':
      return typeof stored === 'number' && isWithin(stored, test.bounds);
    case 'datetimeRange': {
      const microseconds = typeof stored === 'string' ? microsecondsOf(stored) : undefined;
      return microseconds !== undefined && isWithin(microseconds, test.bounds);
    }
    case 'valuesCount':
      return isWithin(countOf(stored), test.bounds);
    case 'isEmpty':
      return isEmptyValue(stored) === test.expected;
    case 'isNull':
      return isNullValue(stored) === test.expected;
  }
}

export const isEmptyValue = (value: JsonValue): boolean =>
  value === null || (Array.isArray(value) && value.length === 0);

const isNullValue = (value: JsonValue): boolean =>
  value === null || (Array.isArray(value) && value.some((item) => item === null));

/** Tests of the whole value; all other tests apply to any element of an array. */
export const isAboutTheWhole = (test: ValueTest): boolean =>
  test.kind === 'valuesCount' || test.kind === 'isEmpty' || test.kind === 'isNull';

/**
 * Whether the values at a path pass a field condition. If values_count, is_empty or is_null is present, the most specific
 * of them decides alone; otherwise one passing test of one element is enough.
 */
export function matchesField(
  values: readonly JsonValue[],
  tests: readonly ValueTest[],
  index: FieldIndex | undefined,
): boolean {
  const whole = tests.find(isAboutTheWhole);
  if (values.length === 0) {
    return whole !== undefined && matchesMissing(whole);
  }
  if (whole !== undefined) {
    return values.some((value) => matchesOne(value, whole, index));
  }
  // An index that answers the first test (`match`) decides alone, as in Qdrant.
  const [first] = tests;
  const deciding = first !== undefined && index?.answers(first) === true ? [first] : tests;
  const items = values.flatMap((value) => value);
  return deciding.some((test) =>
    index?.matchesText !== undefined && isTextTest(test)
      ? index.matchesText(
          items.filter((item) => typeof item === 'string'),
          test,
        )
      : items.some((item) => matchesOne(item, test, index)),
  );
}

const isTextTest = (test: ValueTest): test is TextTest =>
  test.kind === 'text' || test.kind === 'textAny' || test.kind === 'phrase';

function matchesMissing(test: ValueTest): boolean {
  if (test.kind === 'valuesCount') {
    return isWithin(0, test.bounds);
  }
  if (test.kind === 'isEmpty') {
    return test.expected;
  }
  return test.kind === 'isNull' && !test.expected;
}

/** The objects that a nested condition tests. */
export const objectsAmong = (values: readonly JsonValue[]) => values.filter(isObject);
