import {
  collapseWhitespace,
  formatAgo,
  formatCount,
  formatCounted,
  formatDate,
  formatSeconds,
  utcDay,
} from '../../../static-web/src/formatting';

it('groups the digits of a count', () => {
  expect(formatCount(12034)).toBe('12,034');
});

it('writes one row and several rows', () => {
  expect([0, 1, 2000].map((count) => formatCounted(count, 'row'))).toEqual(['0 rows', '1 row', '2,000 rows']);
});

it.each([
  ['1790-01-08', '8 Jan 1790'],
  ['2021-04-28T23:59:59-11:00', '28 Apr 2021'],
  ['2021-04-28T00:30:00+14:00', '28 Apr 2021'],
  ['1790', '1790'],
  ['2021-13-45', '2021-13-45'],
  [null, ''],
])('writes the date %j as %j', (date, expected) => {
  expect(formatDate(date)).toBe(expected);
});

it.each([
  [0, '0.0 s'],
  [0.42, '0.4 s'],
  [9.94, '9.9 s'],
  [9.96, '10 s'],
  [59.4, '59 s'],
  [59.6, '1 min 00 s'],
  [125, '2 min 05 s'],
  [3599.6, '1 h 00 min'],
  [3720, '1 h 02 min'],
  [Number.NaN, ''],
  [-1, ''],
])('writes %d seconds as %j', (seconds, expected) => {
  expect(formatSeconds(seconds)).toBe(expected);
});

it.each([
  ['2024-01-15T11:59:30Z', 'just now'],
  ['2024-01-15T12:00:10Z', 'just now'],
  ['2024-01-15T11:55:00Z', '5 min ago'],
  ['2024-01-15T09:00:00Z', '3 h ago'],
  ['2024-01-13T09:00:00Z', '13 Jan 2024'],
  ['soon', 'soon'],
])('writes %s, seen at noon, as %j', (timestamp, expected) => {
  expect(formatAgo(timestamp, new Date('2024-01-15T12:00:00Z'))).toBe(expected);
});

it('collapses line ends, tabs and no-break spaces', () => {
  expect(collapseWhitespace('  The\r\n\tpublic\u00a0 debt ')).toBe('The public debt');
});

it('uses the day in UTC', () => {
  expect(utcDay(new Date('2024-01-15T23:30:00-05:00'))).toBe('2024-01-16');
});
