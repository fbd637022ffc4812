import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { migrate } from '../../../lib/database/migrate';
import { readLog } from '../../../lib/delta/deltaLog';
import { createLakeReader } from '../../../lib/documents/lakeReader';
import { listDocuments } from '../../../lib/documents/documentQueries';
import { loadDocuments } from '../../../lib/documents/loadDocuments';
import { extractSource } from '../../../lib/extraction/extractSource';
import { createExtractStore } from '../../../lib/extraction/extractStore';
import { createPostgresSource } from '../../../lib/extraction/postgresSource';
import { embedDocuments } from '../../../lib/indexing/embedDocuments';
import { readQuarantine } from '../../../lib/quarantine/quarantinePage';
import type { RunKey } from '../../../lib/runs/runKey';
import { createQdrantIndex } from '../../../lib/vectors/qdrant';
import { startVectorEndpoint, type VectorEndpoint } from '../../../packages/vector-endpoint/vectorEndpoint';
import { countingEmbedder } from '../../support/countingEmbedder';
import { addContract, ingest, stageRun, startLake, type TestLake } from '../../support/lake';
import { createTestDatabase, uniqueName, type TestDatabase } from '../../support/servers';

const DATE = '2026-01-31';
const COLUMNS = `
      - {name: id, logicalType: string, primaryKey: true, customProperties: [{property: role, value: id}]}
      - {name: title, logicalType: string, required: true, customProperties: [{property: role, value: title}]}
      - {name: author, logicalType: string, customProperties: [{property: role, value: author}]}
      - {name: category, logicalType: string, customProperties: [{property: role, value: category}]}
      - {name: n, logicalType: integer}
      - {name: body, logicalType: string, required: true, customProperties: [{property: role, value: text}]}`;

let lake: TestLake;
let test: TestDatabase;
let endpoint: VectorEndpoint;
let vectorData: string;
beforeAll(async () => {
  vectorData = await mkdtemp(path.join(tmpdir(), 'exact-text-'));
  [lake, test, endpoint] = await Promise.all([
    startLake(),
    createTestDatabase(),
    startVectorEndpoint({ port: 0, dataDirectory: vectorData }),
  ]);
  await migrate(test.database);
});
afterAll(async () => {
  await Promise.all([lake.stop(), test.drop(), endpoint.stop()]);
  await rm(vectorData, { recursive: true, force: true });
});

/** Characters that a reader or a writer may drop, replace, or take for the end of something. */
const STRANGE = [
  ...['\uFEFF', '\uFFFE', '\uFFFF', '\uFDD0', '\uFDD1', '\u{1FFFF}', '\u{10FFFF}', '\uFFFD', '\uE000'],
  ...['\u2028', '\u2029', '\u0085', '\u00A0', '\u200B', '\u202E', '\u0001', '\u001A', '\u007F', '\v', '\f'],
  ...['\r\n', '\n', '\r', '\t', ' ', '"', '""', "'", ',', ';', '\\', '\\.', '\n\\.\n', '\\N', '\\u0000', '%', '#'],
  ...['é', 'e\u0301', 'ﬁ', '\u1100\u1161', '😀', '👩‍👩‍👧', '𝒳', 'ß', 'İ', 'null', 'a', '1.10', '- ', '---'],
];
const text = fc
  .array(fc.oneof(fc.constantFrom(...STRANGE), fc.string({ unit: 'binary', maxLength: 3 })), {
    minLength: 1,
    maxLength: 8,
  })
  .map((parts) => parts.join('').replaceAll('\0', ''));
const filled = text.filter((value) => /[^ \t\r\n]/.test(value));
const row = fc.record({
  id: filled,
  title: filled,
  author: fc.option(text),
  category: fc.option(text),
  n: fc.constantFrom('1', null),
  body: filled,
});
type Row = Record<'id' | 'title' | 'body', string> & Record<'author' | 'category' | 'n', string | null>;
const NAMES = ['id', 'title', 'author', 'category', 'n', 'body'] as const;
const rows = fc.uniqueArray(row, { minLength: 1, maxLength: 25, selector: ({ id }) => id });

/** Each strange character alone, at the start, in the middle and at the end. */
const EXAMPLES: Row[] = STRANGE.flatMap((mark, index) =>
  [mark, `${mark}a`, `a${mark}b`, `a${mark}`].map((value, place) => ({
    id: `${value}${place}${index}`,
    title: `${value}.`,
    author: value,
    category: value,
    n: '1',
    body: `${value}.`,
  })),
);

const quoted = (value: string | null): string => (value === null ? '' : `"${value.replaceAll('"', '""')}"`);
const csvOf = (records: Row[], end: string): string =>
  [NAMES.join(','), ...records.map((record) => NAMES.map((name) => quoted(record[name])).join(','))].join(end);
const ndjsonOf = (records: Row[]): string => records.map((record) => `${JSON.stringify(record)}\n`).join('');

let datasets = 0;
async function dropped(name: string, content: string, custom: Record<string, unknown> = {}): Promise<RunKey> {
  datasets += 1;
  const key = { dataset: `texts-${datasets}`, date: DATE, runId: `run-${datasets}` };
  await addContract(lake, { dataset: key.dataset, columns: COLUMNS, custom });
  if (content !== '') await lake.drop(key.dataset, DATE, name, content);
  return key;
}

const byId = <Item extends { id: string }>(items: Item[]): Item[] =>
  items.toSorted((one, other) => Buffer.compare(Buffer.from(one.id), Buffer.from(other.id)));

/** What each store holds of the rows, read by other code than the pipeline's where there is any. */
async function stored(key: RunKey) {
  const parquet = await lake.engines.use(path.join(vectorData, 'spill'), async (duckDb) => {
    const [file = ''] = (await lake.paths('processed', `${key.dataset}/ingest_date=`)).filter((name) =>
      name.endsWith('.parquet'),
    );
    const local = path.join(vectorData, `${key.dataset}.parquet`);
    await lake.store.download(lake.containers.processed, file, local);
    const hex = NAMES.map((name) => `hex(encode(${name}::VARCHAR))`).join(', ');
    const found = await duckDb.rows(`SELECT ${hex} FROM read_parquet('${local}')`);
    return found.map((values) =>
      Object.fromEntries(
        NAMES.map((name, index) => {
          const value = values[index];
          return [name, typeof value === 'string' ? Buffer.from(value, 'hex').toString('utf8') : null];
        }),
      ),
    ) as unknown as Row[];
  });
  const reader = createLakeReader(lake);
  const [part] = await reader.parts(key.dataset, DATE);
  if (part === undefined) throw new Error('no part');
  await loadDocuments(test.database, key.runId, reader.documents(part, { withText: false }));
  const sql = await test.database.query<Omit<Row, 'n' | 'body'>>(
    'select doc_id as id, title, author, category from documents where dataset = $1',
    [key.dataset],
  );
  const api: typeof sql = [];
  for (let cursor: string | undefined; ;) {
    const page = await listDocuments(test.database, { dataset: key.dataset }, 'everything', { limit: 7, cursor });
    const { documents, nextCursor } = JSON.parse(JSON.stringify(page)) as typeof page;
    api.push(...documents.map(({ docId, title, author, category }) => ({ id: docId, title, author, category })));
    if (nextCursor === null) break;
    cursor = nextCursor;
  }
  const vectors = await storedVectors(key, reader.documents(part, { withText: true }));
  return { parquet: byId(parquet), sql: byId(sql), api: byId(api), vectors: byId(vectors) };
}

async function storedVectors(key: RunKey, documents: Parameters<typeof embedDocuments>[1]) {
  const embedder = countingEmbedder();
  const alias = uniqueName('exact');
  const vectors = createQdrantIndex({ url: endpoint.url, alias, embedder });
  await vectors.ensure();
  await embedDocuments({ vectors, embedder }, documents, key);
  const scroll = async (): Promise<Record<string, unknown>[]> => {
    const response = await fetch(`${endpoint.url}/collections/${alias}/points/scroll`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ limit: 10_000, with_payload: true }),
    });
    const { result } = (await response.json()) as { result: { points: { payload: Record<string, unknown> }[] } };
    return result.points.map(({ payload }) => payload);
  };
  const before = await scroll();
  await endpoint.stop();
  endpoint = await startVectorEndpoint({ port: 0, dataDirectory: vectorData });
  // What its log holds.
  expect(await scroll()).toEqual(before);
  return before.map((payload) => ({
    id: String(payload['doc_id']),
    title: payload['title'] as string,
    author: payload['author'] as string | null,
    category: payload['category'] as string | null,
    text: String(payload['text']),
    start: Number(payload['chunk_start']),
  }));
}

/** What each store should hold. A chunk is a stretch of its text, without the white space at its ends. */
function expected(records: Row[]): Awaited<ReturnType<typeof stored>> {
  const sorted = byId(records);
  const columns = sorted.map(({ id, title, author, category }) => ({ id, title, author, category }));
  const vectors = sorted.map(({ body }, index) => {
    const chunk = body.trim();
    const start = chunk === '' ? 0 : body.length - body.trimStart().length;
    return { ...(columns[index] as (typeof columns)[number]), text: chunk, start };
  });
  return { parquet: sorted, sql: columns, api: columns, vectors };
}

async function run(key: RunKey): Promise<void> {
  expect(await ingest(lake, key)).toMatchObject({ rejected: 0 });
}

it('every text is the same in Parquet, SQL, API and vectors', async () => {
  const key = await dropped('a.csv', csvOf(EXAMPLES, '\r\n'));
  await run(key);
  expect(await stored(key)).toEqual(expected(EXAMPLES));
  // The log's smallest and largest values are those of the file, so that no reader skips it.
  const [entry] = await readLog(lake.store, lake.containers.processed, key.dataset);
  const add = entry?.actions.find((action) => 'add' in action);
  const { minValues, maxValues } = JSON.parse((add && 'add' in add ? add.add.stats : undefined) ?? '{}') as Record<
    string,
    Record<string, string> | undefined
  >;
  const ids = byId(EXAMPLES).map(({ id }) => id);
  expect([minValues?.['id'], maxValues?.['id']]).toEqual([ids[0], ids.at(-1)]);
}, 120_000);

it('any text is the same in Parquet, SQL, API and vectors, from CSV and from NDJSON', async () => {
  await fc.assert(
    fc.asyncProperty(rows, fc.constantFrom('\n', '\r\n'), fc.boolean(), async (records, end, isNdjson) => {
      const custom = isNdjson ? { format: 'ndjson', glob: '*.ndjson' } : {};
      const key = await dropped(
        isNdjson ? 'a.ndjson' : 'a.csv',
        isNdjson ? ndjsonOf(records) : csvOf(records, end),
        custom,
      );
      await run(key);
      expect(await stored(key)).toEqual(expected(records));
    }),
    { numRuns: 12 },
  );
}, 180_000);

it('any text of a SQL source is the same in the lake', async () => {
  const source = await createTestDatabase();
  try {
    await source.database.query(
      'create table letters (id text, title text, author text, category text, n bigint, body text, at bigint)',
    );
    const sqlSource = {
      query: 'select * from letters',
      watermarkColumn: 'at',
      connectionSetting: 'SQL_SOURCE_LETTERS',
    };
    const key = await dropped('', '', { sqlSource });
    await source.database.transaction(async (session) => {
      const values = EXAMPLES.map((record, index) => [...NAMES.map((name) => record[name]), index]);
      await session.copyInto(
        'letters',
        [...NAMES, 'at'],
        (async function* () {
          yield values;
        })(),
      );
    });
    await extractSource(
      {
        lakehouse: lake,
        extracts: createExtractStore(test.database),
        connectSource: (setting) => createPostgresSource(source.url, setting),
      },
      key,
    );
    await run(key);
    expect(await stored(key)).toEqual(expected(EXAMPLES));
  } finally {
    await source.drop();
  }
}, 120_000);

it('a rejected record has its text unchanged', async () => {
  const values = STRANGE.flatMap((mark) => [`${mark}x`, `x${mark}y`, `x${mark}`]);
  const record = (value: string): string => `"id",t,,,${quoted(value)},b`;
  const key = await dropped('a.csv', `${NAMES.join(',')}\n${values.map(record).join('\n')}\n`);
  await stageRun(lake, key);
  const { records } = JSON.parse(
    JSON.stringify(await readQuarantine(lake, key, { limit: 200 }, () => true)),
  ) as Awaited<ReturnType<typeof readQuarantine>>;
  expect(records.map(({ found, code }) => [found, code])).toEqual(values.map((value) => [value, 'ROW_VALUE_TYPE']));
  expect(records.map(({ raw }) => raw)).toEqual(values.map(record));
});

it('a text that no store can hold is rejected with its line', async () => {
  const lines = ['{"id":"a\\u0000","title":"t","body":"b"}', '{"id":"\\ud800","title":"t","body":"b"}'];
  const key = await dropped('a.ndjson', `${lines.join('\n')}\n`, { format: 'ndjson', glob: '*.ndjson' });
  await stageRun(lake, key);
  expect((await lake.quarantine(key)).map(({ code, raw }) => [code, raw])).toEqual(
    lines.map((line) => ['ROW_JSON_NOT_TEXT', line]),
  );
});
