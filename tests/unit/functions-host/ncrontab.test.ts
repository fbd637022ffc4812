import fc from 'fast-check';
import { isNcrontab } from '../../../lib/config/ncrontab';
import { parseSchedule } from '../../../packages/functions-host/timers/ncrontab';

const after = (schedule: string, time: string) => parseSchedule(schedule)(new Date(time)).toISOString();

// 2024-02-28 was a Wednesday.
test.each([
  ['0 0 1 * * *', '2024-02-28T00:59:59.999Z', '2024-02-28T01:00:00.000Z'],
  ['0 0 1 * * *', '2024-02-28T01:00:00.000Z', '2024-02-29T01:00:00.000Z'],
  ['0 */5 * * * *', '2024-02-28T10:03:20Z', '2024-02-28T10:05:00.000Z'],
  ['*/15 * * * * *', '2024-02-28T10:03:20Z', '2024-02-28T10:03:30.000Z'],
  ['30 5/20 * * * *', '2024-02-28T10:05:30Z', '2024-02-28T10:25:30.000Z'],
  ['30 5/20 * * * *', '2024-02-28T10:45:30Z', '2024-02-28T11:05:30.000Z'],
  ['0 10-20/5 * * * *', '2024-02-28T10:15:00Z', '2024-02-28T10:20:00.000Z'],
  ['0 0 9-17 * * MON-FRI', '2024-03-01T17:00:00Z', '2024-03-04T09:00:00.000Z'],
  ['0 0 0 * * 0', '2024-02-28T00:00:00Z', '2024-03-03T00:00:00.000Z'],
  ['0 0 0 29 2 *', '2024-03-01T00:00:00Z', '2028-02-29T00:00:00.000Z'],
  ['0 0 0 29 feb monday', '2024-03-01T00:00:00Z', '2044-02-29T00:00:00.000Z'],
  ['0 0 0 1 JAN,Jul *', '2024-02-28T00:00:00Z', '2024-07-01T00:00:00.000Z'],
  ['0 0 12 13 * 5', '2024-02-28T00:00:00Z', '2024-09-13T12:00:00.000Z'],
  ['0 59 23 31 12 *', '2024-12-31T23:59:00Z', '2025-12-31T23:59:00.000Z'],
  // Five fields: without seconds.
  ['0 1 * * *', '2024-02-28T00:30:00Z', '2024-02-28T01:00:00.000Z'],
  ['*/10 * * * *', '2024-02-28T00:30:00Z', '2024-02-28T00:40:00.000Z'],
  // Timespans; a first number of 24 or more counts days.
  ['01:30:00', '2024-02-28T00:30:00Z', '2024-02-28T02:00:00.000Z'],
  ['00:00:05', '2024-02-28T00:30:00Z', '2024-02-28T00:30:05.000Z'],
  ['2.01:00:00', '2024-02-28T00:00:00Z', '2024-03-01T01:00:00.000Z'],
  ['24:00:00', '2024-02-28T00:00:00Z', '2024-03-23T00:00:00.000Z'],
])('%s after %s is %s', (schedule, time, expected) => {
  expect(after(schedule, time)).toBe(expected);
});

test.each([
  ['', 'has 1 fields'],
  ['* * *', 'has 3 fields'],
  ['0 60 * * * *', '"60" is not possible for a field from 0 to 59'],
  ['0 0 24 * * *', '"24" is not possible for a field from 0 to 23'],
  ['0 0 0 0 * *', '"0" is not possible for a field from 1 to 31'],
  ['0 0 0 * 13 *', '"13" is not possible'],
  ['0 0 0 * * 7', '"7" is not possible'],
  ['0 0 0 * * XYZ', '"XYZ" is not possible'],
  ['0 5-3 * * * *', "larger than to value: '5-3'"],
  ['0 */0 * * * *', 'illegal stepping: 0'],
  ['0 1-2-3 * * * *', "illegal range: '1-2-3'"],
  ['0 1,,2 * * * *', 'minute () is empty'],
  ['0 0 0 L * *', '"L" is not possible'],
  ['0 0 0 15W * *', '"W" is not possible'],
  ['0 0 0 ? * *', '"?" is not possible'],
  ['0 0 0 * * 5#2', '"5#2" is not possible'],
  ['0 0 0 1 * +1', '"+1" is not possible'],
  ['0 0 0 * 3-14/8 *', '"3-14/8" is not possible'],
  ['0 0 24/3 * * *', '"24/3" is not possible'],
  ['0 0 0 * * sat-sun', "larger than to value: '6-0'"],
  ['0 0 0 * * @daily', '"daily" is not possible'],
  ['00:00:00', 'of zero length'],
])('"%s" is refused: %s', (schedule, message) => {
  expect(() => parseSchedule(schedule)).toThrow(message);
  expect(isNcrontab(schedule)).toBe(false);
});

test('a date that does not exist is an error, not an endless search', () => {
  expect(() => after('0 0 0 30 2 *', '2024-01-01T00:00:00Z')).toThrow('never occurs');
});

const dayInMilliseconds = 24 * 60 * 60 * 1000;

/** A text for a field from `low` to `high`, and the numbers that match it. */
interface Field {
  text: string;
  numbers: Set<number>;
}

const stepped = (low: number, high: number, step: number): Set<number> =>
  new Set(Array.from({ length: high - low + 1 }, (_, index) => low + index).filter((n) => (n - low) % step === 0));

function fields(low: number, high: number, names: string[] = []): fc.Arbitrary<Field> {
  const number = fc.integer({ min: low, max: high });
  const word = (n: number): fc.Arbitrary<string> => {
    const name = names[n - low];
    return name === undefined ? fc.constant(`${n}`) : fc.constantFrom(`${n}`, name, name.slice(0, 3).toUpperCase());
  };
  const step = fc.integer({ min: 1, max: 2 * high });
  const part = fc.oneof(
    { weight: 3, arbitrary: fc.constant({ text: '*', numbers: stepped(low, high, 1) }) },
    number.chain((n) => word(n).map((text) => ({ text, numbers: new Set([n]) }))),
    fc.tuple(number, number).chain((pair) => {
      const [from = low, to = high] = pair.sort((a, b) => a - b);
      return fc.tuple(word(from), word(to), fc.option(step)).map(([first, last, every]) => ({
        text: `${first}-${last}${every === null ? '' : `/${every}`}`,
        numbers: stepped(from, to, every ?? 1),
      }));
    }),
    step.map((every) => ({ text: `*/${every}`, numbers: stepped(low, high, every) })),
    fc.tuple(number, step).map(([from, every]) => ({ text: `${from}/${every}`, numbers: stepped(from, high, every) })),
  );
  return fc.array(part, { minLength: 1, maxLength: 3 }).map((parts) => ({
    text: parts.map(({ text }) => text).join(','),
    numbers: new Set(parts.flatMap(({ numbers }) => [...numbers])),
  }));
}

const monthNames = 'january february march april may june july august september october november december'.split(' ');
const weekdayNames = 'sunday monday tuesday wednesday thursday friday saturday'.split(' ');

/** The first moment after `time`, day by day; undefined when there is none in ten years. */
function firstAfter(time: number, [second, minute, hour, day, month, weekday]: Field[]): string | undefined {
  const start = Math.floor(time / dayInMilliseconds) * dayInMilliseconds;
  for (let midnight = start; midnight < start + 3660 * dayInMilliseconds; midnight += dayInMilliseconds) {
    const date = new Date(midnight);
    if (!month?.numbers.has(date.getUTCMonth() + 1) || !day?.numbers.has(date.getUTCDate())) continue;
    if (!weekday?.numbers.has(date.getUTCDay())) continue;
    for (let s = midnight === start ? Math.floor((time - start) / 1000) + 1 : 0; s < 86400; s += 1) {
      const [h, m] = [Math.floor(s / 3600), Math.floor(s / 60) % 60];
      if (hour?.numbers.has(h) && minute?.numbers.has(m) && second?.numbers.has(s % 60)) {
        return new Date(midnight + s * 1000).toISOString();
      }
    }
  }
  return undefined;
}

test('the next time is the first whose second, minute, hour, day, month and weekday all match', () => {
  const schedules = fc.tuple(
    ...[fields(0, 59), fields(0, 59), fields(0, 23), fields(1, 31)],
    ...[fields(1, 12, monthNames), fields(0, 6, weekdayNames)],
  );
  const times = fc.date({ min: new Date('2020-01-01'), max: new Date('2030-12-31'), noInvalidDate: true });
  fc.assert(
    fc.property(schedules, times, (six, time) => {
      const schedule = six.map(({ text }) => text).join(' ');
      expect(isNcrontab(schedule)).toBe(true);
      const expected = firstAfter(time.getTime(), six);
      fc.pre(expected !== undefined);
      expect(parseSchedule(schedule)(time).toISOString()).toBe(expected);
    }),
    { numRuns: 300 },
  );
});
