/** Exact numbers with at most `precision` digits, `scale` of them after the point. */
export interface Decimal {
  /** 1 to 38, the most that Delta tables hold. */
  precision: number;
  scale: number;
}

export const MOST_DIGITS = 38;
/** Digits that every double holds. */
export const DIGITS_OF_DOUBLE = 15;

const DECIMAL = /^(?:decimal|numeric|number)\s*\(\s*(\d+)\s*(?:,\s*(\d+)\s*)?\)$/i;

/** The decimal that a physicalType names, such as `decimal(12,2)`; undefined for every other type. */
export function decimalOf(physicalType: string | undefined): Decimal | undefined {
  const [, precision, scale = '0'] = DECIMAL.exec(physicalType?.trim() ?? '') ?? [];
  return precision === undefined ? undefined : { precision: Number(precision), scale: Number(scale) };
}

/** What is wrong with it; undefined when it is valid. */
export function decimalFault({ precision, scale }: Decimal, isInteger: boolean): string | undefined {
  if (precision < 1 || precision > MOST_DIGITS) return `The precision is not from 1 to ${MOST_DIGITS}.`;
  if (scale > precision) return 'The scale is greater than the precision.';
  return isInteger && scale > 0 ? 'An integer has no digits after the point.' : undefined;
}

/** As Delta and SQL write it. */
export function decimalText({ precision, scale }: Decimal): `decimal(${number},${number})` {
  return `decimal(${precision},${scale})`;
}

/**
 * Pattern of the texts that the type holds unchanged, in RE2 and ECMAScript: zeros at the end do not count as digits. The
 * number of digits before the point is not checked.
 */
export function decimalPattern({ scale }: Decimal, isInteger: boolean): string {
  if (isInteger) return '-?[0-9]+';
  return `-?(?:[0-9]+(?:\\.[0-9]{0,${scale}}0*)?|\\.${scale === 0 ? '0+' : `[0-9]{1,${scale}}0*`})`;
}
