/** The range of one field of a schedule, and the words that may stand for its numbers. */
export interface CronRange {
  low: number;
  high: number;
  names?: readonly string[];
}

/**
 * The numbers a field lets through: `*`, `5`, `1-5`, `0/15`, `MON-FRI`, and lists of these. Throws an Error naming the
 * field.
 */
export function parseCronField(text: string, range: CronRange): ReadonlySet<number> {
  const allowed = new Set<number>();
  for (const part of text.split(',')) {
    const [bounds = '', step, ...rest] = part.split('/');
    const every = step === undefined ? 1 : Number(step);
    const [first, last, ...more] =
      bounds === '*' ? [range.low, range.high] : bounds.split('-').map((word) => number(word, range));
    const from = first ?? NaN;
    const to = last ?? (step === undefined ? from : range.high);
    const isValid = from >= range.low && to <= range.high && from <= to && Number.isInteger(every) && every > 0;
    if (!isValid || rest.length > 0 || more.length > 0) {
      throw new Error(`"${text}" is not possible for a field from ${range.low} to ${range.high}`);
    }
    for (let value = from; value <= to; value += every) allowed.add(value);
  }
  return allowed;
}

function number(word: string, { low, names }: CronRange): number {
  if (/^\d+$/.test(word)) return Number(word);
  const index = names && word.length >= 3 ? names.findIndex((name) => name.startsWith(word.toLowerCase())) : -1;
  return index < 0 ? NaN : index + low;
}
