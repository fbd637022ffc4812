import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { RunKey } from '../../../lib/runs/runKey';
import { contractText, ingest, startLake, type TestLake } from '../../support/lake';

let lake: TestLake;
beforeAll(async () => {
  lake = await startLake();
});
afterAll(() => lake.stop());

const HEADER = 'id,title,n,day,body\n';
const row = (id: string): string => `${id},Title,1,,text\n`;
const MEGABYTE = 1024 * 1024;

test('a record that is longer than memory may be is rejected with its place, and the records around it are rows', async () => {
  await writeFile(path.join(lake.contractsFolder, 'notes.yaml'), contractText());
  const key: RunKey = { dataset: 'notes', date: '2026-01-01', runId: 'run-1' };
  // More than three times what the reader holds, with line ends, quotes and delimiters inside.
  const line = 'a line, with "" and more\n';
  const long = `long,Title,2,,"${line.repeat(Math.ceil((110 * MEGABYTE) / line.length))}"`;
  const before = HEADER + row('a') + row('b');
  await lake.drop('notes', key.date, 'notes.csv', `${before}${long}\r\n${row('c')}${row('d').trimEnd()}`);
  await ingest(lake, key);
  expect((await lake.documents('notes', key.date)).map(({ docId, recordNumber }) => [docId, recordNumber])).toEqual([
    ['a', 1],
    ['b', 2],
    ['c', 4],
    ['d', 5],
  ]);
  const [record, ...others] = await lake.quarantine(key);
  expect(others).toEqual([]);
  expect(record).toMatchObject({
    code: 'ROW_RECORD_TOO_LONG',
    found: `${long.length} bytes`,
    record: 3,
    line: 4,
    byteOffset: before.length,
  });
  expect(long.startsWith(record?.raw ?? 'nothing')).toBe(true);
});
