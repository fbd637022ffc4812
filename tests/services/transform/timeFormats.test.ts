import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { isExact, timeFormatFault } from '../../../lib/contract/timeFormat';
import { literal, openDuckDb, type DuckDb } from '../../../lib/duckdb/duckdb';
import { timeInFormat } from '../../../lib/transform/timeSql';

let folder: string;
let duckDb: DuckDb;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'time-formats-'));
  duckDb = await openDuckDb({ memoryLimitInMegabytes: 512 }, path.join(folder, 'spill'));
});
afterAll(async () => {
  duckDb.close();
  await rm(folder, { recursive: true, force: true });
});

/** Each text as the transform reads it, as text in UTC; null when it is rejected. */
async function read(format: string, texts: string[], type: 'DATE' | 'TIMESTAMPTZ' = 'TIMESTAMPTZ') {
  const values = texts.map((text, index) => `(${index}, ${literal(text)})`).join(', ');
  const rows = await duckDb.rows(
    `SELECT ${timeInFormat('t', format, type)}::VARCHAR FROM (VALUES ${values}) AS v(i, t) ORDER BY i`,
  );
  return rows.map(([value]) => value);
}

it.each<[format: string, text: string, value: string | null]>([
  // Days, weeks and weekdays that the year does not have.
  ['%Y-%j', '2026-365', '2026-12-31 00:00:00+00'],
  ['%Y-%j', '2026-366', null],
  ['%Y-%j', '2024-366', '2024-12-31 00:00:00+00'],
  ['%Y-%j', '2026-001', '2026-01-01 00:00:00+00'],
  ['%Y-%j', '2026-1', '2026-01-01 00:00:00+00'],
  ['%Y-%U-%w', '2026-05-1', '2026-02-02 00:00:00+00'],
  ['%Y-%U-%w', '2026-53-6', null],
  ['%G-W%V-%u', '2026-W53-7', '2027-01-03 00:00:00+00'],
  ['%G-W%V-%u', '2025-W53-1', null],
  ['%G-W%V-%u', '2026-W01-1', '2025-12-29 00:00:00+00'],
  // Parts that contradict each other.
  ['%A %Y-%m-%d', 'Thursday 2026-01-01', '2026-01-01 00:00:00+00'],
  ['%A %Y-%m-%d', 'THURSDAY 2026-1-1', '2026-01-01 00:00:00+00'],
  ['%A %Y-%m-%d', 'Monday 2026-01-01', null],
  ['%a %Y-%m-%d %H:%M:%S.%f', 'thu 2026-01-01 01:02:03.5', '2026-01-01 01:02:03.5+00'],
  ['%a %Y-%m-%d %H:%M:%S.%f', 'Fri 2026-01-01 01:02:03.5', null],
  ['%a %d.%m.%Y %H:%M %z', 'Thu 01.01.2026 00:30 +02:00', '2025-12-31 22:30:00+00'],
  ['%a %d.%m.%Y %H:%M %z', 'Wed 01.01.2026 00:30 +02:00', null],
  ['%Y %Y-%m-%d', '2026 2026-01-01', '2026-01-01 00:00:00+00'],
  ['%Y %Y-%m-%d', '2025 2026-01-01', null],
  ['%Y %b %m', '2026 Feb 2', '2026-02-01 00:00:00+00'],
  ['%Y %b %m', '2026 Feb 3', null],
  ['%Y-%m-%d %H:%M %p', '2026-01-01 01:00 PM', null],
  ['%Y-%m-%d %H:%M %p', '2026-01-01 01:00 AM', '2026-01-01 01:00:00+00'],
  ['%G-%m-%d', '2026-01-05', null],
  // Usual formats.
  ['%d.%m.%Y %I:%M %p', '01.02.2026 12:00 am', '2026-02-01 00:00:00+00'],
  ['%d.%m.%Y %I:%M %p', '1.2.2026 1:05 PM', '2026-02-01 13:05:00+00'],
  ['%y-%m-%d', '68-01-01', '2068-01-01 00:00:00+00'],
  ['%y-%m-%d', '69-01-01', '1969-01-01 00:00:00+00'],
  ['%d %B %Y', '1 MAY 2026', '2026-05-01 00:00:00+00'],
  ['%Y%m%d', '20260101', '2026-01-01 00:00:00+00'],
  ['%Y%m%d', '2026011', null],
  ['%Y-%m-%d', '2026-02-29', null],
  ['%Y-%m-%d %H:%M:%S', '2016-12-31 23:59:60', null],
  ['%Y-%m-%d %H', '2026-01-01 24', null],
  // Fractions: times are stored in microseconds.
  ['%Y-%m-%d %H:%M:%S.%f', '2026-01-01 00:00:00.123456', '2026-01-01 00:00:00.123456+00'],
  ['%Y-%m-%d %H:%M:%S.%f', '2026-01-01 00:00:00.1234567', null],
  ['%Y-%m-%d %H:%M:%S.%n', '2026-01-01 00:00:00.123456789', null],
  ['%Y-%m-%d %H:%M:%S.%n', '2026-01-01 00:00:00.123456000', '2026-01-01 00:00:00.123456+00'],
  ['%Y-%m-%d %H:%M:%S.%n', '2026-01-01 00:00:00.5', '2026-01-01 00:00:00.5+00'],
  ['%Y-%m-%d %H:%M:%S.%n', '0001-01-01 00:00:00.5', null],
  ['%Y-%m-%d %H:%M:%S.%n', '9999-01-01 00:00:00.5', null],
  // Zones.
  ['%Y-%m-%dT%H:%M:%S%z', '2026-01-01T00:00:00+02', '2025-12-31 22:00:00+00'],
  ['%Y-%m-%dT%H:%M:%S%z', '2026-01-01T00:00:00-0530', '2026-01-01 05:30:00+00'],
  ['%Y-%m-%dT%H:%M:%S.%f%z', '2026-01-01T00:00:00.25+05:30', '2025-12-31 18:30:00.25+00'],
  ['%Y-%m-%d %z', '2026-01-01 +18:00', '2025-12-31 06:00:00+00'],
  ['%Y-%m-%d %z', '2026-01-01 +18:01', null],
  ['%Y-%m-%d %z', '2026-01-01 +99:00', null],
  ['%Y-%m-%d %z', '2026-01-01 +02:60', null],
  ['%Y-%m-%dT%H:%M:%S%z', '0001-01-01T00:00:00+14:00', null],
  ['%Y-%m-%dT%H:%M:%S%z', '0001-01-01T14:00:00+14:00', '0001-01-01 00:00:00+00'],
  ['%Y-%m-%dT%H:%M:%S%z', '9999-12-31T23:59:59-12:00', null],
  ['%Y-%m-%dT%H:%M:%S%z', '9999-12-31T11:59:59-12:00', '9999-12-31 23:59:59+00'],
  ['%Y-%m-%d %H:%M %Z', '2026-07-01 00:00 Europe/Berlin', '2026-06-30 22:00:00+00'],
  ['%Y-%m-%d %H:%M:%S.%f %Z', '2026-07-01 00:00:00.25 EST', '2026-07-01 05:00:00.25+00'],
  ['%Y-%m-%d %H:%M %Z', '2026-03-29 02:30 Europe/Berlin', null],
  ['%Y-%m-%d %H:%M %Z', '2026-03-29 03:30 Europe/Berlin', '2026-03-29 01:30:00+00'],
  ['%Y-%m-%d %H:%M %Z', '2026-07-01 00:00 Nowhere/X', null],
  ['%Y-%m-%d %H:%M %Z', '9999-12-31 23:00 America/New_York', null],
])('%s reads %s as %s', async (format, text, value) => {
  expect(timeFormatFault(format)).toBeUndefined();
  expect(await read(format, [text])).toEqual([value]);
});

it.each<[format: string, text: string, value: string | null]>([
  ['%Y-%m-%dT%H:%M:%S%z', '2026-01-01T00:00:00+02:00', '2026-01-01'],
  ['%Y-%m-%dT%H:%M:%S%z', '0001-01-01T00:00:00+02:00', null],
  ['%A %Y-%m-%d', 'Friday 2026-01-01', null],
  ['%Y-%j', '2026-366', null],
])('a date: %s reads %s as %s, the day in the text', async (format, text, value) => {
  expect(await read(format, [text], 'DATE')).toEqual([value]);
});

it('every part that a contract may use is one that the engine knows', async () => {
  const letters = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index));
  const accepted: string[] = [];
  for (const part of letters.flatMap((letter) => [`%${letter}`, `%-${letter}`])) {
    const format = `%Y ${part}`;
    if (timeFormatFault(format) !== undefined) continue;
    accepted.push(part);
    await read(format, ['2026 1']);
  }
  expect(accepted.length).toBeGreaterThan(25);
  expect(accepted).toEqual(expect.arrayContaining(['%d', '%-d', '%Z']));
  expect(accepted).not.toContain('%-Y');
});

it.each(['%Y %f %f', '%Y %f %g', '%Y %z %Z'])('%s is refused: one of its parts would be ignored', (format) => {
  expect(timeFormatFault(format)).toMatch(/^The format has more than one/);
});

const MONTHS = 'January February March April May June July August September October November December'.split(' ');
const DAYS = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ');

/** What each part says about a time, computed without the engine. */
const WRITERS: Record<string, (time: Date) => string> = {
  '%Y': (time) => padded(time.getUTCFullYear(), 4),
  '%m': (time) => padded(time.getUTCMonth() + 1, 2),
  '%-m': (time) => String(time.getUTCMonth() + 1),
  '%b': (time) => (MONTHS[time.getUTCMonth()] ?? '').slice(0, 3),
  '%B': (time) => MONTHS[time.getUTCMonth()] ?? '',
  '%d': (time) => padded(time.getUTCDate(), 2),
  '%-d': (time) => String(time.getUTCDate()),
  '%H': (time) => padded(time.getUTCHours(), 2),
  '%I': (time) => padded(time.getUTCHours() % 12 || 12, 2),
  '%p': (time) => (time.getUTCHours() < 12 ? 'AM' : 'PM'),
  '%M': (time) => padded(time.getUTCMinutes(), 2),
  '%S': (time) => padded(time.getUTCSeconds(), 2),
  '%a': (time) => (DAYS[time.getUTCDay()] ?? '').slice(0, 3),
  '%A': (time) => DAYS[time.getUTCDay()] ?? '',
  '%j': (time) => padded(1 + (Date.parse(time.toISOString().slice(0, 10)) - startOfYear(time)) / 86_400_000, 3),
  '%w': (time) => String(time.getUTCDay()),
};

const padded = (value: number, width: number) => String(value).padStart(width, '0');
const startOfYear = (time: Date) => Date.parse(`${padded(time.getUTCFullYear(), 4)}-01-01`);
const written = (parts: string[], time: Date) => parts.map((part) => WRITERS[part]?.(time) ?? part).join('');

const times = fc.date({ min: new Date('0001-01-01'), max: new Date('9999-12-31T23:59:59Z'), noInvalidDate: true });
const formats = fc
  .shuffledSubarray(Object.keys(WRITERS).filter((part) => part !== '%Y'))
  .chain((parts) => fc.tuple(fc.constant(parts), fc.nat(parts.length), fc.constantFrom(' ', '-', ', ', '/')))
  .map(([parts, at, separator]) =>
    [...parts.slice(0, at), '%Y', ...parts.slice(at)].flatMap((part) => [part, separator]).slice(0, -1),
  );

it('whatever the format, an accepted text says what the stored value says', async () => {
  await fc.assert(
    fc.asyncProperty(formats, fc.array(times, { minLength: 1, maxLength: 8 }), async (parts, chosen) => {
      // Each part of a text is written from one of two times, so that parts may contradict each other.
      const texts = chosen.flatMap((time, index) => {
        const other = chosen[(index + 1) % chosen.length] ?? time;
        const mixed = parts.map((part, at) => written([part], at % 3 === 2 ? other : time)).join('');
        return [written(parts, time), mixed];
      });
      const values = await read(parts.join(''), texts);
      for (const [index, value] of values.entries()) {
        if (value === null) continue;
        const stored = new Date(String(value).replace(' ', 'T').replace('+00', 'Z'));
        expect(plain(written(parts, stored))).toBe(plain(texts[index] ?? ''));
      }
    }),
    { numRuns: 150 },
  );
});

const plain = (text: string) => text.replaceAll(/\b0+(?=[0-9])/g, '');

it('a format with one part of each kind reads every time that it can express', async () => {
  const exact = ['%Y', '-', '%m', '-', '%d', ' ', '%H', ':', '%M', ':', '%S'];
  const names = ['%d', ' ', '%b', ' ', '%Y', ', ', '%I', '.', '%M', '.', '%S', ' ', '%p'];
  const digits = ['%Y', '%m', '%d', '%H', '%M', '%S'];
  const redundant = ['%A', ' ', '%j', ' ', ...exact];
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(exact, names, digits, redundant),
      fc.array(times, { minLength: 1 }),
      async (parts, chosen) => {
        const values = await read(
          parts.join(''),
          chosen.map((time) => written(parts, time)),
        );
        const expected = chosen.map((time) => `${time.toISOString().slice(0, 19).replace('T', ' ')}+00`);
        expect(values).toEqual(expected);
      },
    ),
    { numRuns: 60 },
  );
  expect([exact, names, digits, redundant].map((parts) => isExact(parts.join('')))).toEqual([true, true, true, false]);
});
