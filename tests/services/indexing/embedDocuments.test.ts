import { CHUNKER_VERSION } from '../../../lib/language/chunkText';
import { countDocuments, countPoints } from '../../../lib/indexing/countPartition';
import { deleteStalePoints } from '../../../lib/indexing/deleteStalePoints';
import { embedDocuments, type EmbedResult } from '../../../lib/indexing/embedDocuments';
import type { DocumentRow } from '../../../lib/documents/document';
import { createQdrantIndex } from '../../../lib/vectors/qdrant';
import type { StoredPoint, VectorIndex } from '../../../lib/vectors/vectorIndex';
import { batches, documentRow } from '../../support/documents';
import { testQdrantUrl, uniqueName } from '../../support/servers';
import { countingEmbedder, type CountingEmbedder } from '../../support/countingEmbedder';

const MAY_1 = { dataset: 'letters', date: '2026-05-01' };
const MAY_2 = { dataset: 'letters', date: '2026-05-02' };
const LONG = 'The revenue of the year exceeded all that was expected of it. '.repeat(40);

let vectors: VectorIndex;
let embedder: CountingEmbedder;
beforeEach(async () => {
  embedder = countingEmbedder();
  vectors = createQdrantIndex({ url: testQdrantUrl(), alias: uniqueName('embed'), embedder });
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

function clean(rows: DocumentRow[], partition = MAY_1): Promise<{ deleted: number }> {
  const keys = new Map(rows.map(({ docId, contentHash }) => [docId, contentHash]));
  return deleteStalePoints({ vectors }, { ...partition, keys });
}

async function storedPoints(): Promise<StoredPoint[]> {
  const points: StoredPoint[] = [];
  for await (const page of vectors.points({ dataset: 'letters' })) points.push(...page);
  return points;
}

test('a second run of the same rows embeds nothing and changes nothing', async () => {
  const first = await ingest(letters());
  expect(first).toMatchObject({ documents: 3, reused: 0, superseded: 0 });
  expect(first.embedded).toBeGreaterThan(4);
  const before = await storedPoints();
  expect(before).toHaveLength(first.embedded);

  expect(await ingest(letters())).toEqual({ documents: 3, embedded: 0, reused: first.embedded, superseded: 0 });
  expect(await clean(letters())).toEqual({ deleted: 0 });
  expect(embedder.texts).toHaveLength(first.embedded);
  expect(await storedPoints()).toEqual(before);
  expect(await countDocuments({ vectors }, MAY_1)).toBe(3);
  expect(await countPoints({ vectors }, MAY_1)).toBe(first.embedded);
});

test('a changed row costs its own chunks only; its old ones go when the new ones are in', async () => {
  const rows = letters();
  const { embedded } = await ingest(rows);
  const [changed] = [documentRow({ docId: 'b', contentHash: 'b2', text: 'The army was enlarged.' })];
  const next = [rows[0], changed, rows[2]].filter((row) => row !== undefined);

  expect(await ingest(next)).toEqual({ documents: 3, embedded: 1, reused: embedded - 1, superseded: 0 });
  expect(embedder.texts.at(-1)).toContain('The army was enlarged.');
  expect((await storedPoints()).filter(({ docId }) => docId === 'b')).toHaveLength(2);
  expect(await clean(next)).toEqual({ deleted: 1 });
  expect((await storedPoints()).filter(({ docId }) => docId === 'b')).toEqual([
    expect.objectContaining({ contentHash: 'b2' }),
  ]);
  expect(await clean(next)).toEqual({ deleted: 0 });
});

test('old chunks stay while their replacement is not in the index', async () => {
  await ingest(letters());
  const changedKeys = letters().map((row) => ({ ...row, contentHash: `${row.contentHash} changed` }));
  expect(await clean(changedKeys)).toEqual({ deleted: 0 });
  expect(await countDocuments({ vectors }, MAY_1)).toBe(3);
});

test('rows that left the partition lose their points', async () => {
  const { embedded } = await ingest(letters());
  const rest = letters().slice(1);
  expect(await ingest(rest)).toMatchObject({ embedded: 0 });
  expect(await clean(rest)).toEqual({ deleted: embedded - 2 });
  expect(await countDocuments({ vectors }, MAY_1)).toBe(2);
});

test('the same rows in a newer partition move there without embedding', async () => {
  const { embedded } = await ingest(letters());
  expect(await ingest(letters(), MAY_2)).toEqual({ documents: 3, embedded: 0, reused: embedded, superseded: 0 });
  expect(await countPoints({ vectors }, MAY_1)).toBe(0);
  expect(await countPoints({ vectors }, MAY_2)).toBe(embedded);
});

test('a row changed in a newer partition replaces the older one there', async () => {
  const { embedded } = await ingest(letters());
  const changed = letters().map((row) => (row.docId === 'a' ? { ...row, contentHash: 'a2', text: 'Short now.' } : row));
  expect(await ingest(changed, MAY_2)).toMatchObject({ embedded: 1, reused: 2 });
  expect(await clean(changed, MAY_2)).toEqual({ deleted: embedded - 2 });
  expect((await storedPoints()).map(({ ingestDate }) => ingestDate)).toEqual([MAY_2.date, MAY_2.date, MAY_2.date]);
});

test('an older partition that runs again leaves the newer one alone', async () => {
  await ingest(letters(), MAY_2);
  const before = await storedPoints();
  const older = letters().map((row) => ({ ...row, contentHash: `${row.contentHash} older` }));
  expect(await ingest(older)).toEqual({ documents: 3, embedded: 0, reused: 0, superseded: 3 });
  expect(await clean(older)).toEqual({ deleted: 0 });
  expect(await storedPoints()).toEqual(before);
});

test('parts of one partition may be embedded side by side', async () => {
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

test('what was stored says where each chunk stands in its document', async () => {
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
  for (const { payload } of found.dense) {
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

test('a failing embedder fails the step, and the next try completes it', async () => {
  const rows = letters();
  const broken = { ...embedder, embed: () => Promise.reject(new Error('no model')) };
  const run = embedDocuments({ vectors, embedder: broken }, batches(rows), MAY_1);
  await expect(run).rejects.toThrow('no model');
  expect(await countPoints({ vectors }, MAY_1)).toBe(0);
  expect(await ingest(rows)).toMatchObject({ documents: 3, reused: 0 });
  expect(await countDocuments({ vectors }, MAY_1)).toBe(3);
});
