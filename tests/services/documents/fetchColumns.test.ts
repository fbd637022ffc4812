import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createLakeReader } from '../../../lib/documents/lakeReader';
import { loadDocuments } from '../../../lib/documents/loadDocuments';
import { removeStaleDocuments } from '../../../lib/documents/removeStaleDocuments';
import type { CommittedPart, DocumentRow } from '../../../lib/documents/document';
import { migrate } from '../../../lib/database/migrate';
import { literal, withDuckDb } from '../../../lib/duckdb/duckdb';
import { embedDocuments } from '../../../lib/indexing/embedDocuments';
import { removeStalePoints } from '../../../lib/indexing/removeStalePoints';
import { createQdrantIndex } from '../../../lib/vectors/qdrant';
import { countingEmbedder } from '../../support/countingEmbedder';
import { countingStore, type CountingStore } from '../../support/countingStore';
import { addContract, ingest, startLake, type TestLake } from '../../support/lake';
import { createTestDatabase, testQdrantUrl, uniqueName } from '../../support/servers';

const DATE = '2026-01-31';
const ROLES = { id: 'id', title: 'title', text: 'body', date: 'day' };
const METADATA = ['id', 'title', 'day', 'content_hash', 'source_file', 'record_number'];

let lake: TestLake;
let folder: string;
let store: CountingStore;
beforeAll(async () => {
  lake = await startLake();
  folder = await mkdtemp(path.join(tmpdir(), 'columns-'));
  store = countingStore(lake.store, '.parquet');
});
afterAll(async () => {
  await lake.stop();
  await rm(folder, { recursive: true });
});

/** Runs SQL on a local copy of an object. */
async function inspect(object: string, sql: (source: string) => string): Promise<unknown[][]> {
  const file = path.join(folder, 'copy.parquet');
  await lake.store.download(lake.containers.processed, object, file);
  return withDuckDb({ memoryLimitInMegabytes: 256 }, path.join(folder, 'spill'), (duckDb) =>
    duckDb.rows(sql(literal(file))),
  );
}

/** Bytes of the columns and the footer: the minimum that must be fetched. */
async function needed(part: CommittedPart, columns: string[]): Promise<number> {
  const names = columns.map(literal).join(', ');
  const [[chunks] = []] = await inspect(
    part.path,
    (source) =>
      `SELECT sum(total_compressed_size)::BIGINT FROM parquet_metadata(${source}) WHERE path_in_schema IN (${names})`,
  );
  const [[footer] = []] = await inspect(
    part.path,
    (source) => `SELECT footer_size FROM parquet_file_metadata(${source})`,
  );
  return Number(chunks) + Number(footer) + 8;
}

async function read(part: CommittedPart, withText: boolean): Promise<DocumentRow[]> {
  const rows: DocumentRow[] = [];
  for await (const batch of createLakeReader({ ...lake, store }).documents(part, { withText })) rows.push(...batch);
  return rows;
}

describe('the parts of a run', () => {
  let part: CommittedPart;
  beforeAll(async () => {
    await addContract(lake);
    const words = (seed: number) =>
      Array.from({ length: 400 }, (_unused, n) => ((seed * 31 + n * n) % 7919).toString(36));
    const records = Array.from(
      { length: 14_000 },
      (_unused, n) => `a-${n},Title ${n},${n % 1000},2026-01-0${1 + (n % 9)},"${words(n).join(' ')}"\n`,
    );
    await lake.drop('notes', DATE, 'a.csv', `id,title,n,day,body\n${records.join('')}`);
    await ingest(lake, { dataset: 'notes', date: DATE, runId: 'run-1' });
    const [only] = await createLakeReader(lake).parts('notes', DATE);
    if (only === undefined) throw new Error('no part');
    part = only;
    const [[groups] = []] = await inspect(
      part.path,
      (source) => `SELECT num_row_groups FROM parquet_file_metadata(${source})`,
    );
    expect(Number(groups)).toBeGreaterThan(1);
  });

  it('are loaded and embedded with at most 10 % more bytes than columns and footer, and cleaned up without any', async () => {
    const test = await createTestDatabase();
    await migrate(test.database);
    const embedder = countingEmbedder();
    const vectors = createQdrantIndex({ url: testQdrantUrl(), alias: uniqueName('columns'), embedder });
    await vectors.ensure();
    const run = { dataset: 'notes', date: DATE, runId: 'run-1' };
    const lakeReader = createLakeReader({ ...lake, store });
    const limit = async (columns: string[]) => 1.1 * (await needed(part, columns));
    store.taken();

    const { rows } = await loadDocuments(test.database, run.runId, lakeReader.documents(part, { withText: false }));
    const loading = store.taken();
    expect(loading.bytes).toBeLessThan(await limit(METADATA));
    expect(loading.bytes).toBeLessThan(part.bytes / 5);

    // One batch is enough: embedding all 14,000 documents would only take longer.
    async function* first(): AsyncGenerator<DocumentRow[]> {
      let batches = 0;
      for await (const batch of lakeReader.documents(part, { withText: true })) if (batches++ === 0) yield batch;
    }
    const { embedded } = await embedDocuments({ vectors, embedder }, first(), run);
    expect(store.taken().bytes).toBeLessThan(await limit([...METADATA, 'body']));

    expect(await removeStaleDocuments(test.database, run, rows)).toBe(0);
    expect(await removeStalePoints({ vectors }, run, embedded)).toEqual({ deleted: 0 });
    expect(store.taken()).toEqual({ bytes: 0, requests: 0, paths: [] });
    await test.drop();
  }, 60_000);

  it('give the same rows as a part that is fetched whole, and no text without withText', async () => {
    const expected = await inspect(
      part.path,
      (source) =>
        `SELECT id, content_hash, title, strftime(day, '%Y-%m-%d'), source_file, record_number::INTEGER, body FROM read_parquet(${source})`,
    );
    const asRow = (row: DocumentRow) => [
      row.docId,
      row.contentHash,
      row.title,
      row.publishedAt,
      row.sourceFile,
      row.recordNumber,
    ];
    const withText = await read(part, true);
    expect(withText.map((row) => [...asRow(row), row.text])).toEqual(expected);
    const without = await read(part, false);
    expect(without.map((row) => [...asRow(row), row.text])).toEqual(expected.map((row) => [...row.slice(0, -1), '']));
    expect(await lake.leftovers()).toEqual([]);
  });
});

describe('a part of another writer', () => {
  /** Writes a part with other DuckDB options than our own writer. */
  async function write(name: string, select: string, options: string): Promise<CommittedPart> {
    const file = path.join(folder, `${name}.parquet`);
    await withDuckDb({ memoryLimitInMegabytes: 256 }, path.join(folder, 'spill'), (duckDb) =>
      duckDb.run(`COPY (${select}) TO ${literal(file)} (FORMAT parquet, ${options})`),
    );
    await lake.store.upload(lake.containers.processed, `others/${name}.parquet`, file);
    const info = await lake.store.info(lake.containers.processed, `others/${name}.parquet`);
    return { dataset: 'others', date: DATE, path: info?.path ?? '', rows: 0, bytes: info?.size ?? 0, roles: ROLES };
  }
  const select = (rows: number) => `SELECT range::VARCHAR AS id, md5(range::VARCHAR) AS content_hash,
    repeat(md5((range * 7)::VARCHAR), 40) AS body, 'T' || range % 5 AS title, DATE '2026-01-01' AS day,
    {'title': range, 'id': 'nested'} AS nested, 'f' AS source_file, range AS record_number FROM range(${rows})`;

  it.each([
    ['with another column order and many small row groups', 60_000, 'ROW_GROUP_SIZE 2048, COMPRESSION zstd'],
    ['uncompressed, in one row group', 20_000, 'ROW_GROUP_SIZE 122880, COMPRESSION uncompressed'],
    ['of version 2, with a footer longer than the first read', 60_000, 'ROW_GROUP_SIZE 2048, PARQUET_VERSION v2'],
    ['small enough to be fetched whole', 50, 'COMPRESSION snappy'],
    ['without rows', 0, 'COMPRESSION snappy'],
  ])('%s', async (name, count, options) => {
    const part = await write(`part-${count}-${name.length}`, select(count), options);
    store.taken();
    const rows = await read(part, false);
    const { bytes, requests } = store.taken();
    expect(rows).toHaveLength(count);
    expect(rows.map(({ docId, title, text }) => `${docId} ${title} ${text}`)).toEqual(
      Array.from({ length: count }, (_unused, n) => `${n} T${n % 5} `),
    );
    if (name.startsWith('small') || count === 0)
      expect({ bytes, requests }).toEqual({ bytes: part.bytes, requests: 1 });
    else expect(bytes).toBeLessThan(1.1 * (await needed(part, METADATA)));
  });

  it('without the columns of some roles gives null, and a file that is not Parquet is refused', async () => {
    const part = await write(
      'narrow',
      `SELECT range::VARCHAR AS id, 'h' AS content_hash, md5(range::VARCHAR) AS body, 'f' AS source_file, 1 AS record_number FROM range(20000)`,
      'COMPRESSION snappy',
    );
    expect((await read(part, false))[7]).toMatchObject({ docId: '7', title: '', publishedAt: null });
    await lake.store.write(lake.containers.processed, 'others/broken.parquet', Buffer.alloc(2_000_000));
    const broken = { ...part, path: 'others/broken.parquet', bytes: 2_000_000 };
    await expect(read(broken, false)).rejects.toThrow(/parquet/i);
    expect(await lake.leftovers()).toEqual([]);
  });
});
