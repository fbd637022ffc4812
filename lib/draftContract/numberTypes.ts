import { DIGITS_OF_DOUBLE, MOST_DIGITS } from '../contract/decimal';

/** A type for numbers, as in the contract. */
export interface NumberType {
  logicalType: 'integer' | 'number';
  physicalType?: string;
}

/** A decimal of up to so many digits is stored in 64 bits. */
const SHORT_DIGITS = 18;
/** Digits before the point that later files may have more. */
const SPARE_DIGITS = 4;

/**
 * SQL aggregates over the texts `value`, for `numberType`. All are of the type BIGINT, and null without texts.
 */
export function numberFacts(value: string): string[] {
  const digits = (pattern: string) => `max(length(regexp_extract(${value}, '${pattern}', 1)))`;
  const scale = `length(regexp_extract(${value}, '\\.([0-9]*)$', 1))`;
  const misfits = (condition: string) => `count(*) FILTER (${value} IS NOT NULL AND (${condition}))`;
  return [
    misfits(`NOT regexp_full_match(${value}, '-?[0-9]+(?:\\.[0-9]+)?')`),
    misfits(`NOT regexp_full_match(${value}, '-?(?:[0-9]+(?:\\.[0-9]+)?|\\.[0-9]+)(?:[eE][-+]?[0-9]{1,2})?')`),
    misfits(`try_cast(${value} AS BIGINT) IS NULL`),
    // A leading zero, and zero with a sign.
    misfits(`regexp_matches(${value}, '^-?0[0-9]') OR regexp_full_match(${value}, '-0*\\.?0*(?:[eE].*)?')`),
    misfits(`regexp_matches(${value}, '\\.[0-9]*0(?:[eE].*)?$')`),
    `min(${scale})`,
    `max(${scale})`,
    digits('^-?([0-9]+)'),
    `max(length(regexp_replace(regexp_extract(${value}, '^-?([0-9.]+)', 1), '\\.', '')))`,
    `max(length(${value})) - min(length(${value}))`,
  ];
}

/**
 * The type in which every value is the same when it is written back; undefined when only text is. Text too are values that
 * look like identifiers or versions: with leading zeros (0012), with zeros at the end and one length (2505.24820) or several
 * scales (1.9, 1.10), or too long for 64 bits and all of one length.
 */
export function numberType(facts: readonly number[]): NumberType | undefined {
  const [
    unplain = 1,
    unfloat = 1,
    unlong = 1,
    odd = 1,
    padded = 1,
    least = 0,
    scale = 0,
    whole = 0,
    digits = 0,
    spread = 0,
  ] = facts;
  if (unfloat > 0 || odd > 0) return undefined;
  if (unplain === 0 && scale === 0) {
    if (unlong === 0) return { logicalType: 'integer' };
    const isNumber = spread > 0 && whole <= MOST_DIGITS;
    return isNumber ? { logicalType: 'integer', physicalType: `decimal(${MOST_DIGITS},0)` } : undefined;
  }
  if (padded === 0) return digits <= DIGITS_OF_DOUBLE ? { logicalType: 'number' } : undefined;
  if (unplain > 0 || least !== scale || spread === 0 || whole + scale > MOST_DIGITS) return undefined;
  const precision = whole + scale + SPARE_DIGITS <= SHORT_DIGITS ? SHORT_DIGITS : MOST_DIGITS;
  return { logicalType: 'number', physicalType: `decimal(${precision},${scale})` };
}
