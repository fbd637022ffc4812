import type { WrittenNumber } from './numbers';

/** Zeros of the words that multiply what is before them. */
export const SCALES = new Map([
  ['hundred', 2],
  ['thousand', 3],
  ['million', 6],
  ['billion', 9],
  ['trillion', 12],
]);
const SMALL = new Map(
  `zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen
  nineteen`
    .split(/\s+/)
    .map((word, value): [string, number] => [word, value]),
);
const TENS = new Map(
  'twenty thirty forty fifty sixty seventy eighty ninety'
    .split(' ')
    .map((word, index): [string, number] => [word, 10 * (index + 2)]),
);
const WORD = new RegExp(
  `(?<!\\p{L})(?:${[...SMALL.keys(), ...TENS.keys(), 'dozen', ...[...SCALES.keys()].map((scale) => `${scale}s?`)].join('|')})(?!\\p{L})`,
  'giu',
);
/** Characters between two words of one number, at most. */
const LONGEST_BETWEEN = 8;
const BETWEEN = /^(?:[\s-]+|,?\s+and\s+)$/i;

interface Value {
  start: number;
  end: number;
  total: bigint;
  /** What the next scale multiplies, below 1000. */
  current: bigint;
}

/** Numbers in English words, except scales that belong to a number in digits. */
export function numberWordsIn(text: string, inDigits: WrittenNumber[]): WrittenNumber[] {
  const taken = new Set(inDigits.map(({ end }) => end));
  const values: Value[] = [];
  for (const match of text.matchAll(WORD)) {
    const start = match.index;
    const end = start + match[0].length;
    if (taken.has(end)) continue;
    const last = values.at(-1);
    const word = match[0].toLowerCase();
    const isNext =
      last !== undefined && start - last.end <= LONGEST_BETWEEN && BETWEEN.test(text.slice(last.end, start));
    if (isNext && add(last, word)) {
      last.end = end;
      continue;
    }
    // "Millions of people" names no number.
    if (word.endsWith('s') && SCALES.has(word.slice(0, -1))) continue;
    const value = { start, end, total: 0n, current: 0n };
    add(value, word);
    values.push(value);
  }
  return withYears(text, values);
}

/** `nineteen forty-four` is 1944, or 19 and 44. */
function withYears(text: string, values: Value[]): WrittenNumber[] {
  const written: WrittenNumber[] = [];
  let before: { value: bigint; end: number } | undefined;
  for (const { start, end, total, current } of values) {
    const value = total + current;
    const last = written.at(-1);
    if (last && before && isYear(before.value, value) && /^[\s-]{1,3}$/.test(text.slice(before.end, start))) {
      last.end = end;
      last.text = text.slice(last.start, end);
      last.readings = [[String(before.value * 100n + value)], [String(before.value), String(value)]];
      before = undefined;
      continue;
    }
    written.push({ text: text.slice(start, end), start, end, readings: [[String(value)]] });
    before = { value, end };
  }
  return written;
}

function isYear(century: bigint, year: bigint): boolean {
  return century >= 11n && century <= 20n && year >= 10n && year <= 99n;
}

/** False when the word begins another number, as in `nineteen forty`. */
function add(value: Value, word: string): boolean {
  const zeros = SCALES.get(word.replace(/s$/, ''));
  if (word === 'dozen') {
    if (value.current >= 100n) return false;
    value.current = (value.current || 1n) * 12n;
    return true;
  }
  if (zeros === 2) {
    if (value.current >= 100n) return false;
    value.current = (value.current || 1n) * 100n;
    return true;
  }
  if (zeros !== undefined) {
    value.total += (value.current || 1n) * 10n ** BigInt(zeros);
    value.current = 0n;
    return true;
  }
  const small = SMALL.get(word);
  const tens = TENS.get(word);
  const room = value.current % 100n;
  if (small === undefined ? room !== 0n : room !== 0n && (room % 10n !== 0n || room < 20n || small >= 10)) return false;
  value.current += BigInt(small ?? tens ?? 0);
  return true;
}
