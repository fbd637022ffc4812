import type { Comparison, Scalar } from '../contract/qualityRule';

/** True when the value fulfils the comparison. A text that is not a number is only equal to texts. */
export function holds(comparison: Comparison, value: Scalar | null): boolean {
  if (value === null) return false;
  switch (comparison.operator) {
    case 'mustBe':
      return isSame(value, comparison.value);
    case 'mustNotBe':
      return !isSame(value, comparison.value);
    default:
      return holdsForNumber(comparison, typeof value === 'string' && value.trim() === '' ? Number.NaN : Number(value));
  }
}

function holdsForNumber(
  comparison: Exclude<Comparison, { operator: 'mustBe' | 'mustNotBe' }>,
  number: number,
): boolean {
  switch (comparison.operator) {
    case 'mustBeGreaterThan':
      return number > comparison.value;
    case 'mustBeGreaterOrEqualTo':
      return number >= comparison.value;
    case 'mustBeLessThan':
      return number < comparison.value;
    case 'mustBeLessOrEqualTo':
      return number <= comparison.value;
    case 'mustBeBetween':
      return number >= comparison.value[0] && number <= comparison.value[1];
    case 'mustNotBeBetween':
      return number < comparison.value[0] || number > comparison.value[1];
  }
}

function isSame(value: Scalar, wanted: Scalar): boolean {
  return typeof wanted === 'number' ? Number(value) === wanted && value !== '' : String(value) === String(wanted);
}

/** In words, e.g. `at most 5`. */
export function describeComparison({ operator, value }: Comparison): string {
  switch (operator) {
    case 'mustBe':
      return `${value}`;
    case 'mustNotBe':
      return `not ${value}`;
    case 'mustBeGreaterThan':
      return `more than ${value}`;
    case 'mustBeGreaterOrEqualTo':
      return `at least ${value}`;
    case 'mustBeLessThan':
      return `less than ${value}`;
    case 'mustBeLessOrEqualTo':
      return `at most ${value}`;
    case 'mustBeBetween':
      return `from ${value[0]} to ${value[1]}`;
    case 'mustNotBeBetween':
      return `under ${value[0]} or over ${value[1]}`;
  }
}
