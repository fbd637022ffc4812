import { CHUNKER_VERSION } from '../../../lib/language/chunkText';
import { countDocuments, countPoints } from '../../../lib/indexing/countPartition';
import { removeStalePoints } from '../../../lib/indexing/removeStalePoints';
import { embedDocuments, type EmbedProgress, type EmbedResult } from '../../../lib/indexing/embedDocuments';
import type { DocumentRow } from '../../../lib/documents/document';
import { createQdrantIndex } from '../../../lib/vectors/qdrant';
import type { StoredPoint, VectorIndex } from '../../../lib/vectors/vectorIndex';
import { batches, documentRow } from '../../support/documents';
import { testQdrantUrl, uniqueName } from '../../support/servers';
import { countingEmbedder, type CountingEmbedder } from '../../support/countingEmbedder';

const MAY_1 = { dataset: 'letters', date: '2026-05-01', runId: 'run-1' };
const MAY_2 = { dataset: 'letters', date: '2026-05-02', runId: 'run-2' };
/** A later run of the same date. */
const again = (run: typeof MAY_1, runId = 'run-again') => ({ ...run, runId });
const LONG = 'The revenue of the year exceeded all that was expected of it. '.repeat(40);

let vectors: VectorIndex;
let alias: string;
let embedder: CountingEmbedder;
beforeEach(async () => {
  embedder = countingEmbedder();
  alias = uniqueName('embed');
  vectors = createQdrantIndex({ url: testQdrantUrl(), alias, embedder });
  await vectors.ensure();
});

const letters = (): DocumentRow[] => [
  documentRow({ docId: 'a', contentHash: 'a1', text: LONG }),
  documentRow({ docId: 'b', contentHash: 'b1', text: 'The army was reduced.' }),
  documentRow({ docId: 'c', contentHash: 'c1', text: '' }),
];

function ingest(rows: DocumentRow[], partition = MAY_1): Promise<EmbedResult> {
  return embedDocuments({ vectors, embedder }, batches(rows.slice(0, 1), rows.slice(1)), partition);
}

/** Removes stale points after `ingest` of all parts, with their counts. */
function clean(
  { embedded, reused }: Pick<EmbedResult, 'embedded' | 'reused'>,
  run = MAY_1,
): Promise<{ deleted: number }> {
  return removeStalePoints({ vectors }, run, embedded + reused);
}

/** Removes run_id from all points: older points were stored without it. */
async function forgetRuns(): Promise<void> {
  const response = await fetch(`${testQdrantUrl()}/collections/${alias}/points/payload/delete?wait=true`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ keys: ['run_id'], filter: {} }),
  });
  expect(response.status).toBe(200);
}

async function storedPoints(): Promise<StoredPoint[]> {
  const points: StoredPoint[] = [];
  for await (const page of vectors.points({ dataset: 'letters' })) points.push(...page);
  return points;
}

const NOTHING = { documents: 3, embedded: 0, reused: 0, deleted: 0, superseded: 0 };

test('a second run of the same rows embeds nothing and changes only the run', async () => {
  const first = await ingest(letters());
  expect(first).toMatchObject({ documents: 3, reused: 0, superseded: 0 });
  expect(first.embedded).toBeGreaterThan(4);
  const before = await storedPoints();
  expect(before).toHaveLength(first.embedded);

  const second = await ingest(letters(), again(MAY_1));
  expect(second).toEqual({ ...NOTHING, reused: first.embedded });
  expect(await clean(second, again(MAY_1))).toEqual({ deleted: 0 });
  expect(embedder.texts).toHaveLength(first.embedded);
  expect(await storedPoints()).toEqual(before);
  expect(await countDocuments({ vectors }, MAY_1)).toBe(3);
  expect(await countPoints({ vectors }, MAY_1)).toBe(first.embedded);
  const confirmed = await vectors.count({ dataset: 'letters', confirmed: { by: 'run-again' } });
  expect(confirmed).toBe(first.embedded);
});

test('reports how many documents are split, and how many of their chunks are in the index', async () => {
  const many = Array.from({ length: 90 }, (_, number) =>
    documentRow({ docId: `d-${number}`, contentHash: `h-${number}`, text: number % 9 === 0 ? '' : LONG }),
  );
  const reported: EmbedProgress[] = [];
  const report = (progress: EmbedProgress) => void reported.push(progress);
  const rows = () => batches(many.slice(0, 30), many.slice(30));
  const first = await embedDocuments({ vectors, embedder }, rows(), MAY_1, { report });
  expect(reported.length).toBeGreaterThan(3);
  expect(reported.at(-1)).toEqual({ documents: 90, found: first.embedded, embedded: first.embedded, reused: 0 });
  for (const [index, progress] of reported.entries()) {
    const before = reported[index - 1] ?? { documents: 0, found: 0, embedded: 0, reused: 0 };
    for (const name of ['documents', 'found', 'embedded', 'reused'] as const) {
      expect(progress[name]).toBeGreaterThanOrEqual(before[name]);
    }
    expect(progress.embedded + progress.reused).toBeLessThanOrEqual(progress.found);
  }
  reported.length = 0;
  await embedDocuments({ vectors, embedder }, rows(), again(MAY_1), { report });
  expect(reported.at(-1)).toEqual({ documents: 90, found: first.embedded, embedded: 0, reused: first.embedded });
});

test('a title of a megabyte is embedded with its beginning', async () => {
  const title = 'harbour '.repeat(131_072);
  const { embedded } = await ingest([documentRow({ docId: 'a', contentHash: 'a1', title, text: LONG })]);
  expect(embedded).toBeGreaterThan(2);
  expect(Math.max(...embedder.texts.map(({ length }) => length))).toBeLessThan(2500);
  expect(await storedPoints()).toHaveLength(embedded);
});

test('a changed row embeds only its own chunks; the old ones are deleted after the new ones are stored', async () => {
  const rows = letters();
  const { embedded } = await ingest(rows);
  const [changed] = [documentRow({ docId: 'b', contentHash: 'b2', text: 'The army was enlarged.' })];
  const next = [rows[0], changed, rows[2]].filter((row) => row !== undefined);

  const second = await ingest(next, again(MAY_1));
  expect(second).toEqual({ ...NOTHING, embedded: 1, reused: embedded - 1 });
  expect(embedder.texts.at(-1)).toContain('The army was enlarged.');
  expect((await storedPoints()).filter(({ docId }) => docId === 'b')).toHaveLength(2);
  expect(await clean(second, again(MAY_1))).toEqual({ deleted: 1 });
  expect((await storedPoints()).filter(({ docId }) => docId === 'b')).toEqual([
    expect.objectContaining({ contentHash: 'b2' }),
  ]);
  expect(await clean(second, again(MAY_1))).toEqual({ deleted: 0 });
});

test.each([
  ['text', { text: 'The navy was enlarged.' }, 'The navy was enlarged.'],
  ['title', { title: 'Another title' }, 'The army was reduced.'],
  ['author', { author: 'Another author' }, 'The army was reduced.'],
  ['category', { category: 'blue' }, 'The army was reduced.'],
  ['date', { publishedAt: '2020-02-03' }, 'The army was reduced.'],
])('a changed contract that takes another %s of the same row replaces its points', async (_role, taken, text) => {
  const row = { docId: 'b', contentHash: 'b1', text: 'The army was reduced.' };
  await ingest([documentRow(row)]);
  const result = await ingest([documentRow({ ...row, ...taken })], again(MAY_1));
  expect(result).toMatchObject({ embedded: 1, reused: 0 });
  expect(await clean(result, again(MAY_1))).toEqual({ deleted: 1 });
  const payloads = await vectors.payloadsOf((await storedPoints()).map(({ id }) => id));
  expect([...payloads.values()]).toMatchObject([{ ...taken, text }]);
});

test('points of rows that left the partition are deleted', async () => {
  const { embedded } = await ingest(letters());
  const rest = await ingest(letters().slice(1), again(MAY_1));
  expect(rest).toMatchObject({ embedded: 0 });
  expect(await clean(rest, again(MAY_1))).toEqual({ deleted: embedded - 2 });
  expect(await countDocuments({ vectors }, MAY_1)).toBe(2);
});

test('all points of a partition without rows are deleted', async () => {
  const { embedded } = await ingest(letters());
  expect(await clean({ embedded: 0, reused: 0 }, again(MAY_1))).toEqual({ deleted: embedded });
});

test('points without a row and points without a run are deleted unless they are confirmed', async () => {
  const rows = letters();
  await ingest([...rows, documentRow({ docId: 'orphan', contentHash: 'o', text: 'Nobody knows.' })], MAY_1);
  await forgetRuns();
  const second = await ingest(rows, again(MAY_1));
  expect(second).toMatchObject({ embedded: 0, superseded: 0 });
  expect(await clean(second, again(MAY_1))).toEqual({ deleted: 1 });
  expect(new Set((await storedPoints()).map(({ docId }) => docId))).toEqual(new Set(['a', 'b', 'c']));
});

test('nothing is deleted while a part is missing', async () => {
  const first = await ingest(letters());
  const part = await ingest(letters().slice(0, 1), again(MAY_1));
  const run = removeStalePoints({ vectors }, again(MAY_1), first.embedded);
  await expect(run).rejects.toMatchObject({ code: 'VECTORS_INCOMPLETE', retryable: false });
  expect(part.reused).toBeLessThan(first.embedded);
  expect(await countDocuments({ vectors }, MAY_1)).toBe(3);
});

test('a removal that is repeated after a later run of the date deletes nothing', async () => {
  const first = await ingest(letters());
  await ingest(letters(), again(MAY_1));
  await expect(clean(first, MAY_1)).rejects.toMatchObject({ code: 'VECTORS_INCOMPLETE' });
  expect(await countPoints({ vectors }, MAY_1)).toBe(first.embedded);
});

test('the same rows in a newer partition move there without embedding', async () => {
  const { embedded } = await ingest(letters());
  expect(await ingest(letters(), MAY_2)).toEqual({ ...NOTHING, reused: embedded });
  expect(await countPoints({ vectors }, MAY_1)).toBe(0);
  expect(await countPoints({ vectors }, MAY_2)).toBe(embedded);
});

test('a row that changed in a newer partition replaces the older one at once', async () => {
  const { embedded } = await ingest(letters());
  const changed = letters().map((row) => (row.docId === 'a' ? { ...row, contentHash: 'a2', text: 'Short now.' } : row));
  const newer = await ingest(changed, MAY_2);
  expect(newer).toMatchObject({ embedded: 1, reused: 2, deleted: embedded - 2 });
  expect((await storedPoints()).map(({ ingestDate }) => ingestDate)).toEqual([MAY_2.date, MAY_2.date, MAY_2.date]);
  expect(await clean(newer, MAY_2)).toEqual({ deleted: 0 });
});

test('an older version stays while its replacement is not in the index', async () => {
  const { embedded } = await ingest(letters());
  const changed = letters().map((row) => ({ ...row, contentHash: `${row.contentHash} changed` }));
  const broken = { ...embedder, embed: () => Promise.reject(new Error('no model')) };
  await expect(embedDocuments({ vectors, embedder: broken }, batches(changed), MAY_2)).rejects.toThrow('no model');
  expect(await countPoints({ vectors }, MAY_1)).toBe(embedded);

  expect(await ingest(changed, MAY_2)).toMatchObject({ embedded, deleted: embedded });
  expect(await countPoints({ vectors }, MAY_1)).toBe(0);
  expect(await countDocuments({ vectors }, MAY_2)).toBe(3);
});

describe('a crash after a newer version was stored and before the older one was deleted', () => {
  const newer = documentRow({ docId: 'b', contentHash: 'b2', text: 'The army was enlarged.' });
  let embedded: number;
  beforeEach(async () => {
    ({ embedded } = await ingest(letters()));
    const crashing = { ...vectors, remove: () => Promise.reject(new Error('killed')) };
    const run = embedDocuments({ vectors: crashing, embedder }, batches([newer]), MAY_2);
    await expect(run).rejects.toThrow('killed');
    expect((await storedPoints()).filter(({ docId }) => docId === 'b')).toHaveLength(2);
  });

  it('is repaired when the step is repeated', async () => {
    const repeated = await ingest([newer], MAY_2);
    expect(repeated).toEqual({ documents: 1, embedded: 0, reused: 1, deleted: 1, superseded: 0 });
    expect(await clean(repeated, MAY_2)).toEqual({ deleted: 0 });
    expect(await countPoints({ vectors }, MAY_1)).toBe(embedded - 1);
  });

  it('is repaired by the next run of the older partition', async () => {
    const result = await ingest(letters(), again(MAY_1));
    expect(result).toMatchObject({ embedded: 0, reused: embedded - 1, superseded: 1 });
    expect(await clean(result, again(MAY_1))).toEqual({ deleted: 1 });
    expect((await storedPoints()).filter(({ docId }) => docId === 'b')).toEqual([
      expect.objectContaining({ contentHash: 'b2', ingestDate: MAY_2.date }),
    ]);
  });
});

test('documents with several batches of chunks are replaced batch by batch', async () => {
  const rows = (version: string) =>
    Array.from({ length: 60 }, (_unused, index) =>
      documentRow({ docId: `d${index}`, contentHash: `${version} ${index}`, text: `${LONG} ${version} ${index}` }),
    );
  const { embedded } = await ingest(rows('old'));
  expect(embedded).toBeGreaterThan(150);
  const newer = await embedDocuments(
    { vectors, embedder },
    batches(...Array.from({ length: 12 }, (_unused, index) => rows('new').slice(5 * index, 5 * index + 5))),
    MAY_2,
  );
  expect(newer).toMatchObject({ documents: 60, embedded, deleted: embedded });
  expect(await countPoints({ vectors }, MAY_1)).toBe(0);
  expect(await clean(newer, MAY_2)).toEqual({ deleted: 0 });
});

test('an older partition that runs again does not change the newer one', async () => {
  await ingest(letters(), MAY_2);
  const before = await storedPoints();
  const older = letters().map((row) => ({ ...row, contentHash: `${row.contentHash} older` }));
  const result = await ingest(older);
  expect(result).toEqual({ ...NOTHING, superseded: 3 });
  expect(await clean(result)).toEqual({ deleted: 0 });
  expect(await storedPoints()).toEqual(before);
});

test('parts of one partition may be embedded at the same time', async () => {
  const rows = Array.from({ length: 40 }, (_, index) =>
    documentRow({ docId: `d${index}`, contentHash: `h${index}`, text: `${LONG} number ${index}` }),
  );
  const parts = [rows.slice(0, 20), rows.slice(20)];
  const results = await Promise.all(parts.map((part) => ingest(part)));
  const embedded = results.reduce((sum, result) => sum + result.embedded, 0);
  expect(embedded).toBeGreaterThan(100);
  expect(await countPoints({ vectors }, MAY_1)).toBe(embedded);
  expect(await countDocuments({ vectors }, MAY_1)).toBe(40);
});

test('each stored point has the place of its chunk in the document', async () => {
  const rows = letters();
  await ingest(rows);
  const [vector] = await embedder.embed(['revenue']);
  const found = await vectors.search({
    dense: vector ?? new Float32Array(),
    lexical: { indices: [], values: [] },
    filters: {},
    limit: 100,
  });
  expect(found.lexical).toEqual([]);
  expect(found.dense.length).toBeGreaterThan(4);
  const payloads = await vectors.payloadsOf(found.dense.map(({ id }) => id));
  expect(payloads.size).toBe(found.dense.length);
  for (const payload of payloads.values()) {
    const row = rows.find(({ docId }) => docId === payload.docId);
    expect(row?.text.slice(payload.chunkStart, payload.chunkStart + payload.text.length)).toBe(payload.text);
    expect(payload).toMatchObject({
      title: row?.title,
      author: row?.author,
      publishedAt: row?.publishedAt,
      ingestDate: MAY_1.date,
      chunker: CHUNKER_VERSION,
    });
  }
});

test('a failing embedder fails the step, and a retry completes it', async () => {
  const rows = letters();
  const broken = { ...embedder, embed: () => Promise.reject(new Error('no model')) };
  const run = embedDocuments({ vectors, embedder: broken }, batches(rows), MAY_1);
  await expect(run).rejects.toThrow('no model');
  expect(await countPoints({ vectors }, MAY_1)).toBe(0);
  expect(await ingest(rows)).toMatchObject({ documents: 3, reused: 0 });
  expect(await countDocuments({ vectors }, MAY_1)).toBe(3);
});
