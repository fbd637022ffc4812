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
  ['0 5-3 * * * *', '"5-3" is not possible'],
  ['0 */0 * * * *', '"*/0" is not possible'],
  ['0 1-2-3 * * * *', '"1-2-3" is not possible'],
  ['0 1,,2 * * * *', '"1,,2" is not possible'],
  ['00:00:00', 'of no length'],
])('"%s" is refused: %s', (schedule, message) => {
  expect(() => parseSchedule(schedule)).toThrow(message);
});

test('a day that never comes is an error, not an endless search', () => {
  expect(() => after('0 0 0 30 2 *', '2024-01-01T00:00:00Z')).toThrow('never comes');
});
