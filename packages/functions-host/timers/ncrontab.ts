import { parseCronField, type CronRange } from './cronField';

const secondInMilliseconds = 1000;
const minuteInMilliseconds = 60 * secondInMilliseconds;
const hourInMilliseconds = 60 * minuteInMilliseconds;
const dayInMilliseconds = 24 * hourInMilliseconds;

const months = 'january february march april may june july august september october november december'.split(' ');
const weekdays = 'sunday monday tuesday wednesday thursday friday saturday'.split(' ');
const ranges: CronRange[] = [
  { low: 0, high: 59 },
  { low: 0, high: 59 },
  { low: 0, high: 23 },
  { low: 1, high: 31 },
  { low: 1, high: 12, names: months },
  { low: 0, high: 6, names: weekdays },
];

/** A timer's schedule: the first run after a point in time, UTC. */
export type Schedule = (after: Date) => Date;

/**
 * Reads a timer's schedule: NCRONTAB with six fields (second first) or five, or a timespan. Times are UTC.
 * Throws an Error that says what can't be read.
 */
export function parseSchedule(text: string): Schedule {
  const span = timespanInMilliseconds(text.trim());
  if (span !== undefined) {
    if (span === 0) throw new Error(`The schedule "${text}" is a timespan of no length.`);
    return (after) => new Date(after.getTime() + span);
  }
  const words = text.trim().split(/\s+/);
  if (words.length === 5) words.unshift('0');
  if (words.length !== 6) {
    throw new Error(
      `The schedule "${text}" has ${words.length} fields; expected 6 (second first), 5, or a timespan hh:mm:ss.`,
    );
  }
  try {
    const fields = ranges.map((range, index) => parseCronField(words[index] ?? '', range));
    return (after) => nextRun(fields, after, text);
  } catch (cause) {
    throw new Error(`The schedule "${text}" can't be read: ${(cause as Error).message}.`, { cause });
  }
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

function nextRun(fields: ReadonlySet<number>[], after: Date, text: string): Date {
  const allows = (field: number, value: number): boolean => fields[field]?.has(value) ?? false;
  let time = nextMultiple(after.getTime(), secondInMilliseconds);
  // A weekday on the 29th of February comes at least every 40 years.
  const limit = time + 41 * 366 * dayInMilliseconds;
  while (time < limit) {
    const date = new Date(time);
    const isDay = allows(4, date.getUTCMonth() + 1) && allows(3, date.getUTCDate()) && allows(5, date.getUTCDay());
    if (!isDay) time = nextMultiple(time, dayInMilliseconds);
    else if (!allows(2, date.getUTCHours())) time = nextMultiple(time, hourInMilliseconds);
    else if (!allows(1, date.getUTCMinutes())) time = nextMultiple(time, minuteInMilliseconds);
    else if (!allows(0, date.getUTCSeconds())) time += secondInMilliseconds;
    else return date;
  }
  throw new Error(`The schedule "${text}" never comes.`);
}

/** The next full second, hour or day after `time` (epoch milliseconds); days are UTC days. */
function nextMultiple(time: number, unit: number): number {
  return (Math.floor(time / unit) + 1) * unit;
}
