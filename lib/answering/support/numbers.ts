import { numberWordsIn, SCALES } from './numberWords';

/** A number in a text. Offsets are those of the text. */
export interface WrittenNumber {
  text: string;
  start: number;
  end: number;
  /** The ways in which it can be read, each as one or more values in plain digits: `12 million` is `12000000`. */
  readings: string[][];
}

/** Groups that a space, an apostrophe or a narrow space separates have three digits each. */
const GROUPED = "\\d{1,3}(?:[ '’\\u00A0\\u202F]\\d{3})+(?!\\d)(?:[.,]\\d+)?";
const DIGITS = new RegExp(
  `(?<![\\p{L}\\p{N}.,]|\\d['’])(?:(?<![^\\s(])[-−])?(?:${GROUPED}|\\d+(?:[.,]\\d+)*)(\\p{L}*)`,
  'gu',
);
const SCALE_AFTER = new RegExp(`^[\\s-]?(${[...SCALES.keys()].join('|')}|mn|bn|tn)s?(?![\\p{L}\\p{N}])`, 'iu');
const ORDINAL = /^(?:st|nd|rd|th)$/i;
const SHORT_SCALES = new Map([
  ['k', 3],
  ['m', 6],
  ['mn', 6],
  ['b', 9],
  ['bn', 9],
  ['tn', 12],
]);

/**
 * Numbers in digits and in English words, of a text as `plainText` gives it. `12,000,000`, `12.000.000`, `12 000 000`,
 * `12'000'000`, `12 million`, `12m` and `twelve million` are equal. What may be one number or two (`12.000`, `12 300`) has two
 * readings. Other digits with letters, as in `B12`, are not numbers, or are compared as they are written (`4x4`).
 */
export function numbersIn(text: string): WrittenNumber[] {
  const inDigits = [...text.matchAll(DIGITS)].map((match): WrittenNumber => {
    const { index: start } = match;
    const letters = match[1] ?? '';
    const digits = match[0].slice(0, match[0].length - letters.length);
    if (letters !== '' && !ORDINAL.test(letters)) {
      const asWritten = [match[0].toLowerCase().replace(/[ ’']/g, '')];
      const zeros = SHORT_SCALES.get(letters.toLowerCase());
      const scaledReadings = zeros === undefined ? [] : readingsOf(digits, zeros);
      return { text: match[0], start, end: start + match[0].length, readings: [asWritten, ...scaledReadings] };
    }
    const afterDigits = start + digits.length;
    const scale = letters === '' ? SCALE_AFTER.exec(text.slice(afterDigits, afterDigits + 12)) : null;
    const name = scale?.[1]?.toLowerCase() ?? '';
    const end = Math.max(start + match[0].length, afterDigits + (scale?.[0].length ?? 0));
    const zeros = SCALES.get(name) ?? SHORT_SCALES.get(name) ?? 0;
    const day = letters === '' ? [] : [[dayOfMonth(digits)]];
    return { text: text.slice(start, end), start, end, readings: [...readingsOf(digits, zeros), ...day] };
  });
  return [...inDigits, ...numberWordsIn(text, inDigits)];
}

/** `on the 7th` may name the day of a date. */
export function dayOfMonth(digits: string): string {
  return `day ${Number(digits)}`;
}

function readingsOf(written: string, zeros: number): string[][] {
  const parts = written.split(/[ '’\u00A0\u202F]/);
  const whole = parts.join('');
  const readings = decimalsOf(whole).map((read) => [scaled(read, zeros)]);
  // "12 300" may be two numbers.
  return parts.length === 2 && / /.test(written)
    ? [...readings, parts.map((part, index) => scaled(part.replace(',', '.'), index === 1 ? zeros : 0))]
    : readings;
}

/** The decimals that the digits may mean, with a full stop before the fraction. */
function decimalsOf(written: string): string[] {
  const digits = written.replace('−', '-');
  const commas = digits.split(',');
  const stops = digits.split('.');
  if (commas.length === 1 && stops.length === 1) return [digits];
  if (commas.length > 1 && stops.length > 1) {
    const commaIsLast = digits.lastIndexOf(',') > digits.lastIndexOf('.');
    return [commaIsLast ? digits.replaceAll('.', '').replace(',', '.') : digits.replaceAll(',', '')];
  }
  const [groups, separator] = commas.length > 1 ? [commas, ','] : [stops, '.'];
  const isGrouped = groups.length > 2 || (groups[1]?.length === 3 && (groups[0]?.replace('-', '').length ?? 4) <= 3);
  if (!isGrouped) return [digits.replace(',', '.')];
  const whole = groups.join('');
  // "1,234" is grouped in English; "1.234" may be either.
  return groups.length > 2 || separator === ',' ? [whole] : [whole, digits];
}

/** Moves the decimal point, by text: floating point would change digits. */
function scaled(decimal: string, zeros: number): string {
  const [, sign = '', whole = '', fraction = ''] = /^(-?)(\d+)\.?([\d.]*)$/.exec(decimal) ?? [];
  const moved = fraction.padEnd(zeros, '0');
  const value = (whole + moved.slice(0, zeros)).replace(/^0+(?=\d)/, '');
  const rest = moved.slice(zeros).replace(/0+$/, '');
  return sign + value + (rest === '' ? '' : `.${rest}`);
}
