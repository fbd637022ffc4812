import { gzipSync } from 'node:zlib';
import type { Lakehouse } from '../../../lib/lakehouse/lakehouse';
import type { ByteRange, ObjectStore } from '../../../lib/storage/objectStore';
import type { RunKey } from '../../../lib/runs/runKey';
import type { RejectedRecord } from '../../../lib/quarantine/rejectedRecord';
import { planRun } from '../../../lib/planning/planRun';
import { transformRange } from '../../../lib/transform/transformRange';
import { addContract, errorOf, stageRun, startLake, type TestLake } from '../../support/lake';
import { ndjsonRecordsOf } from '../../support/ndjsonText';

let lake: TestLake;
beforeAll(async () => {
  lake = await startLake();
});
afterAll(() => lake.stop());

const good = (id: string, body = 'x'): string => JSON.stringify({ id, title: 'Ünï', n: 1, day: null, body });
const wrong = (id: string): string => ` {"body":"two\\nlines, \\"é\\"", "n" : "many","id":"${id}","title":"T"} `;

/** Both kinds of faults, blank lines and line feeds in values, so that all line numbers differ in the converted file. */
function mixedText(lineEnd: string): { text: string; codes: Record<number, string> } {
  const lines: string[] = [];
  const codes: Record<number, string> = {};
  let record = 0;
  const add = (line: string, code?: string): void => {
    record += 1;
    lines.push(line);
    if (code !== undefined) codes[record] = code;
    if (record % 4 === 0) lines.push('', '  \t');
  };
  lines.push('');
  for (let turn = 0; turn < 12; turn += 1) {
    add(good(`a-${turn}`, 'one\ntwo\nthree'));
    if (turn % 3 === 0) add(wrong(`b-${turn}`), 'ROW_VALUE_TYPE');
    add(`{"id":"c-${turn}","title":null,"n":1,"body":"\\u00e9"}`, 'ROW_VALUE_REQUIRED');
    if (turn % 4 === 1) add('  {"id":  ', 'ROW_JSON_INVALID');
    add(`{"id":"d-${turn}","title":"é","n":2000,"body":"x"}`, 'ROW_VALUE_RANGE');
    if (turn % 5 === 2) add('{"id":"e","title":"T","body":["x"]}', 'ROW_JSON_NESTED');
  }
  return { text: lines.join(lineEnd), codes };
}

let dates = 0;
async function drop(name: string, content: Buffer | string, custom: Record<string, unknown> = {}): Promise<RunKey> {
  dates += 1;
  const date = new Date(Date.UTC(2026, 0, dates)).toISOString().slice(0, 10);
  const dataset = `lines-${dates}`;
  await addContract(lake, { dataset, custom: { format: 'ndjson', glob: '*', ...custom } });
  await lake.drop(dataset, date, name, content);
  return { dataset, date, runId: `run-${dates}` };
}

const expected = (text: string, codes: Record<number, string>): object[] =>
  ndjsonRecordsOf(text).flatMap((one, index) => {
    const code = codes[index + 1];
    return code === undefined ? [] : [expect.objectContaining({ ...one, record: index + 1, code }) as object];
  });

/** A store that records what is read from the raw and the staging container. */
function watched(onStream?: (path: string) => Promise<void>): {
  store: ObjectStore;
  streams: ({ path: string } & ByteRange)[];
  reads: string[];
} {
  const streams: ({ path: string } & ByteRange)[] = [];
  const reads: string[] = [];
  const store: ObjectStore = {
    ...lake.store,
    async *stream(container, path, range) {
      if (container === lake.containers.raw) {
        streams.push({ path, ...range });
        await onStream?.(path);
      }
      yield* lake.store.stream(container, path, range);
    },
    read: (container, path, range) => {
      reads.push(path);
      return lake.store.read(container, path, range);
    },
  };
  return { store, streams, reads };
}

async function transformAll(lakehouse: Lakehouse, key: RunKey, ranges: number): Promise<void> {
  for (let index = 0; index < ranges; index += 1) await transformRange(lakehouse, key, index);
}

describe('a rejected record of NDJSON', () => {
  const mark = '\uFEFF';
  it.each<[string, string, string, Record<string, unknown>, (text: string) => Buffer]>([
    ['plain', 'a.ndjson', '\n', {}, (text) => Buffer.from(text)],
    ['with CR LF', 'a.ndjson', '\r\n', {}, (text) => Buffer.from(text)],
    ['with a byte order mark', 'a.ndjson', '\n', {}, (text) => Buffer.from(mark + text)],
    ['gzip', 'a.ndjson.gz', '\n', {}, (text) => gzipSync(text)],
    ['gzip with CR LF and a byte order mark', 'a.ndjson.gz', '\r\n', {}, (text) => gzipSync(mark + text)],
    ['plain text named .gz', 'a.ndjson.gz', '\n', {}, (text) => Buffer.from(text)],
    ['UTF-16', 'a.ndjson', '\n', { encoding: 'utf-16le' }, (text) => Buffer.from(mark + text, 'utf16le')],
    ['UTF-16 in gzip', 'a.gz', '\n', { encoding: 'utf-16le' }, (text) => gzipSync(Buffer.from(text, 'utf16le'))],
    ['Windows-1252', 'a.ndjson', '\r\n', { encoding: 'windows-1252' }, (text) => Buffer.from(text, 'latin1')],
    [
      'with another quote and delimiter',
      'a.ndjson',
      '\n',
      { quote: "'", delimiter: ';', nullText: 'NULL' },
      (text) => Buffer.from(text),
    ],
  ])('is written as in the source: %s', async (_name, file, lineEnd, custom, bytesOf) => {
    const { text, codes } = mixedText(lineEnd);
    for (const options of [
      { rangeLengthInBytes: 400, lineIndexStepInBytes: 100 },
      { rangeLengthInBytes: 400, lineIndexStepInBytes: 700, directPlanLengthInBytes: 0 },
      {},
    ]) {
      const key = await drop(file, bytesOf(text), custom);
      const { plan } = await stageRun({ ...lake, ...options }, key);
      if ('rangeLengthInBytes' in options) expect(plan.ranges).toBeGreaterThan(5);
      expect(await lake.quarantine(key)).toEqual(expected(text, codes));
    }
    expect(await lake.leftovers()).toEqual([]);
  });

  it('that repeats a key has its own line', async () => {
    const text = `\n${good('a-1')}\n\n${good('a-2')}\n${good('a-1', 'other')}`;
    const key = await drop('a.ndjson', text);
    await stageRun(lake, key);
    const [, , third] = ndjsonRecordsOf(text);
    expect(await lake.quarantine(key)).toEqual([
      expect.objectContaining({ ...third, record: 3, code: 'ROW_DUPLICATE_KEY' }),
    ]);
  });

  it('that is too long only in the converted file has its line in the source', async () => {
    const long = `{"id":"${`xx'`.repeat(9 * 1024 * 1024)}","title":"T","n":1,"body":"x"}`;
    const text = `${good('a-1')}\n${long}\n${good('a-2')}\n`;
    const key = await drop('a.ndjson', text, { quote: "'" });
    await stageRun(lake, key);
    const [rejected, ...others] = await lake.quarantine(key);
    expect(others).toEqual([]);
    const byteOffset = Buffer.byteLength(good('a-1')) + 1;
    expect(rejected).toMatchObject({ record: 2, line: 2, byteOffset, code: 'ROW_RECORD_TOO_LONG' });
    expect(rejected?.raw === long).toBe(true);
  });

  it('that is invalid JSON is kept complete, and truncated between characters if it is too long', async () => {
    const [broken, giant] = [`{"id":"${'é'.repeat(300_000)}`, `{"id":"é${'é'.repeat(17 * 1024 * 1024)}"}`];
    for (const file of ['a.ndjson', 'a.ndjson.gz']) {
      const text = [broken, giant, wrong('a-1')].join('\r\n');
      const key = await drop(file, file.endsWith('gz') ? gzipSync(text, { level: 1 }) : text);
      await stageRun(lake, key);
      const [first, second, third] = await lake.quarantine(key);
      expect(first).toMatchObject({ record: 1, line: 1, byteOffset: 0, code: 'ROW_JSON_INVALID' });
      expect(first?.raw === broken).toBe(true);
      const byteOffset = Buffer.byteLength(broken) + 2;
      expect(second).toMatchObject({ record: 2, line: 2, byteOffset, code: 'ROW_RECORD_TOO_LONG' });
      expect(Buffer.byteLength(second?.raw ?? '')).toBe(32 * 1024 * 1024 - 1);
      expect(giant.startsWith(second?.raw ?? 'nothing')).toBe(true);
      expect(third).toMatchObject({ ...ndjsonRecordsOf(text)[2], record: 3, code: 'ROW_VALUE_TYPE' });
    }
  });

  it('with more faults than a record can hold has its line in the source', async () => {
    const keys = Array.from({ length: 400_000 }, (_, index) => `"k${index}":1`).join();
    const text = `${good('a-1')}\n{${keys}}\n${good('a-2')}\n`;
    const key = await drop('a.ndjson', text);
    await stageRun(lake, key);
    const [rejected, ...others] = await lake.quarantine(key);
    expect(others).toEqual([]);
    expect(rejected).toMatchObject({ record: 2, line: 2, byteOffset: Buffer.byteLength(good('a-1')) + 1 });
    expect(`{${keys}}`.startsWith(rejected?.raw ?? 'nothing')).toBe(true);
  });
});

describe('reading the source again', () => {
  const rows = (count: number): string[] => Array.from({ length: count }, (_, index) => good(`a-${index}`));

  it('does not happen without rejected records, and needs no index', async () => {
    const key = await drop('a.ndjson', rows(50).join('\n'));
    const { ranges } = await planRun({ ...lake, rangeLengthInBytes: 500 }, key);
    const { store, streams, reads } = watched();
    await transformAll({ ...lake, store }, key, ranges);
    expect(streams).toEqual([]);
    expect(reads.filter((path) => !/\/(plan-\d+|contract)\.json$/.test(path))).toEqual([]);
  });

  it('does not happen if only invalid JSON lines are rejected', async () => {
    const lines = rows(50);
    lines[20] = '{';
    const key = await drop('a.ndjson', lines.join('\n'));
    const { ranges } = await planRun({ ...lake, rangeLengthInBytes: 500 }, key);
    const { store, streams } = watched();
    await transformAll({ ...lake, store }, key, ranges);
    expect(streams).toEqual([]);
    expect(await lake.quarantine(key)).toMatchObject([{ record: 21, line: 21, raw: '{' }]);
  });

  it('begins shortly before a rejected record, and continues or skips to the next', async () => {
    const lines = rows(300);
    for (const index of [100, 101, 102, 250]) lines[index] = wrong(`b-${index}`);
    const text = `\uFEFF${lines.join('\n')}`;
    const key = await drop('a.ndjson', text);
    await planRun({ ...lake, lineIndexStepInBytes: 1000 }, key);
    const { store, streams } = watched();
    await transformAll({ ...lake, store }, key, 1);
    const positions = [100, 250].map((index) => Buffer.byteLength(`\uFEFF${lines.slice(0, index).join('\n')}\n`));
    expect(streams).toHaveLength(2);
    streams.forEach(({ offset, length }, index) => {
      const before = (positions[index] ?? 0) - offset;
      expect(before).toBeGreaterThanOrEqual(0);
      expect(before).toBeLessThan(1100);
      expect(offset + length).toBe(Buffer.byteLength(text));
    });
    expect((await lake.quarantine(key)).map(({ line }) => line)).toEqual([101, 102, 103, 251]);
  });

  it('happens once per range if the source has to be decoded', async () => {
    const lines = rows(300);
    for (const index of [100, 250]) lines[index] = wrong(`b-${index}`);
    const content = gzipSync(lines.join('\n'));
    const key = await drop('a.ndjson.gz', content);
    await planRun({ ...lake, lineIndexStepInBytes: 1000 }, key);
    const { store, streams } = watched();
    await transformAll({ ...lake, store }, key, 1);
    expect(streams).toMatchObject([{ offset: 0, length: content.length }]);
    expect((await lake.quarantine(key)).map(({ line }) => line)).toEqual([101, 251]);
  });
});

describe('a step that is repeated', () => {
  const text = `${good('a-1')}\n\n${wrong('a-2')}\n`;
  const rejected = [expect.objectContaining({ ...ndjsonRecordsOf(text)[1], record: 2 }) as RejectedRecord];

  it('uses the existing conversion with its index, and writes the same files', async () => {
    const key = await drop('a.ndjson', text);
    await stageRun(lake, key);
    const staged = await lake.paths('staging', `${key.dataset}/`);
    await stageRun(lake, key);
    expect(await lake.paths('staging', `${key.dataset}/`)).toEqual(staged);
    expect(await lake.quarantine(key)).toEqual(rejected);
  });

  it.each(['write', 'writeStream'] as const)(
    'succeeds after the store failed at each %s of the conversion',
    async (method) => {
      const key = await drop('a.ndjson', text);
      let failures = 0;
      for (let fatal = 0; ; fatal += 1) {
        let calls = 0;
        const failing: ObjectStore = {
          ...lake.store,
          [method]: async (container: string, path: string, content: never) => {
            if (path.includes('/source-') && calls++ === fatal) throw new Error('the store is unavailable');
            return lake.store[method](container, path, content);
          },
        };
        try {
          await planRun({ ...lake, store: failing }, key);
          break;
        } catch {
          failures += 1;
        }
      }
      expect(failures).toBe(1);
      await transformAll(lake, key, 1);
      expect(await lake.quarantine(key)).toEqual(rejected);
    },
  );
});

describe('a file that changes during the transform', () => {
  it.each(['replaced', 'deleted'])(
    '%s while its lines are read: it is refused, and its quarantine stays empty',
    async (kind) => {
      for (const name of ['a.ndjson', 'a.ndjson.gz']) {
        const content = (text: string): Buffer => (name.endsWith('gz') ? gzipSync(text) : Buffer.from(text));
        const key = await drop(name, content([good('a-1'), wrong('a-2'), good('a-3')].join('\n')));
        await planRun(lake, key);
        const { store, streams } = watched(async (path) => {
          if (kind === 'deleted') await lake.store.remove(lake.containers.raw, path);
          else await lake.store.write(lake.containers.raw, path, content(`${wrong('other')}\n${wrong('file')}\n`));
        });
        const error = await errorOf(transformRange({ ...lake, store }, key, 0));
        expect(error).toMatchObject({ code: 'CSV_FILE_CHANGED' });
        expect(streams).toHaveLength(1);
        expect(await lake.paths('quarantine', `${key.dataset}/`)).toEqual([]);
        expect(await lake.leftovers()).toEqual([]);
      }
    },
  );
});
