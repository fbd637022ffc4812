import { CronPattern } from 'croner';

const FIELDS = [
  { low: 0, high: 59, names: '' },
  { low: 0, high: 59, names: '' },
  { low: 0, high: 23, names: '' },
  { low: 1, high: 31, names: '' },
  {
    low: 1,
    high: 12,
    names: 'january february march april may june july august september october november december',
  },
  { low: 0, high: 6, names: 'sunday monday tuesday wednesday thursday friday saturday' },
];

/**
 * True for six NCRONTAB fields (second minute hour day month weekday), each a list of `*`, `5`, `1-5`, `0/15` or `MON-FRI`.
 * Checked here because a host reads the schedule only after loading the app, too late to report it with the other settings.
 */
export function isNcrontab(text: string): boolean {
  try {
    new CronPattern(toCroner(text.trim().split(/\s+/)), undefined, { mode: '6-part' });
    return true;
  } catch {
    return false;
  }
}

/**
 * Translates six NCRONTAB fields for croner. NCRONTAB has full names, steps that start at a number, and steps longer than
 * the field. It does not have croner's `#`, `?`, `+`, L, W, Sunday as 7, and ranges that end outside the field. Throws an
 * Error that names the invalid part.
 */
function toCroner(fields: string[]): string {
  if (fields.length !== FIELDS.length) throw new Error(`it has ${fields.length} fields`);
  const translated = FIELDS.map(({ low, high, names }, index) => {
    const field = (fields[index] ?? '').replace(/[a-z]+/gi, (word) => String(numberOf(word, names.split(' ')) + low));
    const numbers = field.replace(/\/\d+/g, '').match(/\d+/g) ?? [];
    if (/[#?+]/.test(field) || numbers.some((digits) => Number(digits) < low || Number(digits) > high)) {
      throw new Error(`"${fields[index]}" is not possible for a field from ${low} to ${high}`);
    }
    return field
      .replace(/(^|,)(\d+)\//g, `$1$2-${high}/`)
      .replace(/\/(\d+)/g, (_, step) => `/${Math.min(Number(step), high - low + 1)}`);
  });
  return translated.join(' ');
}

/** Index of the name that starts with the word (three letters or more). Throws an Error when there is none. */
function numberOf(word: string, names: string[]): number {
  const index = names.findIndex((name) => word.length >= 3 && name.startsWith(word.toLowerCase()));
  if (index < 0) throw new Error(`"${word}" is not possible`);
  return index;
}
