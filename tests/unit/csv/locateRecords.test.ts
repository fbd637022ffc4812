import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { locateRecords, type RecordLocation } from '../../../lib/csv/locateRecords';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'locate-records-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it('finds records by number, and truncates long ones between characters', async () => {
  const file = path.join(folder, 'records.csv');
  await writeFile(file, 'a,b\n"two\nlines",é\n\nabcdeé,long\nabcd,€\n');
  const found: RecordLocation[] = [];
  const keep = async (locations: RecordLocation[]) => void found.push(...locations);
  await locateRecords(file, { delimiter: 0x2c, quote: 0x22 }, new Set([2, 3, 4]), keep, 14);
  expect(found).toEqual([
    { ordinal: 2, byteOffset: 4, linesBefore: 1, raw: '"two\nlines",é' },
    { ordinal: 3, byteOffset: 20, linesBefore: 4, raw: 'abcdeé,long' },
    { ordinal: 4, byteOffset: 33, linesBefore: 5, raw: 'abcd,€' },
  ]);
  found.length = 0;
  await locateRecords(file, { delimiter: 0x2c, quote: 0x22 }, new Set([3, 4]), keep, 6);
  expect(found.map(({ raw }) => raw)).toEqual(['abcde', 'abcd,']);
});
