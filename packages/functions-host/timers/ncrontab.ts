import { Cron } from 'croner';

const secondInMilliseconds = 1000;
const minuteInMilliseconds = 60 * secondInMilliseconds;
const hourInMilliseconds = 60 * minuteInMilliseconds;
const dayInMilliseconds = 24 * hourInMilliseconds;

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

/** A timer's schedule: the first run after a point in time, UTC. */
export type Schedule = (after: Date) => Date;

/**
 * Reads a timer's schedule: NCRONTAB with six fields (second first) or five, or a timespan. Times are UTC.
 * Throws an Error that says what is not valid.
 */
export function parseSchedule(text: string): Schedule {
  const span = timespanInMilliseconds(text.trim());
  if (span !== undefined) {
    if (span === 0) throw new Error(`The schedule "${text}" is a timespan of zero length.`);
    return (after) => new Date(after.getTime() + span);
  }
  const fields = text.trim().split(/\s+/);
  if (fields.length === 5) fields.unshift('0');
  const cron = parseFields(fields, text);
  return (after) => {
    const next = cron.nextRun(after);
    if (next === null) throw new Error(`The schedule "${text}" never occurs.`);
    return next;
  };
}

function parseFields(fields: string[], text: string): Cron {
  try {
    // A day must match both the day of month and the day of week; in other dialects of cron one of them is enough.
    return new Cron(toCroner(fields), { mode: '6-part', utcOffset: 0, domAndDow: true });
  } catch (cause) {
    throw new Error(
      `The schedule "${text}" can't be read: ${(cause as Error).message}. Expected six fields of NCRONTAB (second ` +
        'first), five (without the second), or a timespan hh:mm:ss.',
      { cause },
    );
  }
}

/**
 * Converts six fields to croner's syntax. NCRONTAB has full names, steps that start at a number, and steps longer than the
 * field; it lacks croner's `#`, `?`, `+`, L, W, Sunday as 7, and ranges that end outside the field. Throws an Error that
 * says what is not possible.
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

/** Index of the name that starts with the word (three letters or more). Throws an Error when no name matches. */
function numberOf(word: string, names: string[]): number {
  const index = names.findIndex((name) => word.length >= 3 && name.startsWith(word.toLowerCase()));
  if (index < 0) throw new Error(`"${word}" is not possible`);
  return index;
}

/** `hh:mm:ss` or `d.hh:mm:ss`. As in .NET, a first number of 24 or more makes it `dd:hh:mm`. */
function timespanInMilliseconds(text: string): number | undefined {
  const found = /^(?:(\d+)\.)?(\d+):(\d+):(\d+)$/.exec(text);
  if (!found) return undefined;
  const [days = 0, first = 0, second = 0, third = 0] = found.slice(1).map((word) => Number(word ?? 0));
  if (days === 0 && first >= 24) {
    return first * dayInMilliseconds + second * hourInMilliseconds + third * minuteInMilliseconds;
  }
  const time = first * hourInMilliseconds + second * minuteInMilliseconds + third * secondInMilliseconds;
  return days * dayInMilliseconds + time;
}
