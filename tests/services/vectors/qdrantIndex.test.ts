import { encodeQuestion, encodeText, LEXICON_VERSION, termId } from '../../../lib/language/sparseText';
import { createQdrantIndex } from '../../../lib/vectors/qdrant';
import type { ChunkPoint, VectorIndex } from '../../../lib/vectors/vectorIndex';
import { testQdrantUrl, uniqueName } from '../../support/servers';

const EMBEDDER = { id: 'test-4', dimensions: 4 };

async function call(path: string, body?: unknown): Promise<unknown> {
  const response = await fetch(`${testQdrantUrl()}${path}`, {
    method: body === undefined ? 'GET' : 'PUT',
    headers: { 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return ((await response.json()) as { result: unknown }).result;
}

function point(number: number, text: string, payload: Partial<ChunkPoint['payload']> = {}): ChunkPoint {
  return {
    id: `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`,
    dense: Float32Array.from([1, number, 0, 0], (value) => value / Math.hypot(1, number)),
    lexical: encodeText(text),
    payload: {
      dataset: 'letters',
      docId: `letter-${number}`,
      contentHash: 'hash',
      title: 'Title',
      author: null,
      allowedGroups: null,
      category: null,
      publishedAt: null,
      ingestDate: '2026-05-01',
      chunkNumber: 0,
      chunkCount: 1,
      chunkStart: 0,
      text,
      chunker: 'test',
      runId: 'run-1',
      ...payload,
    },
  };
}

async function freshIndex(): Promise<{ alias: string; index: VectorIndex }> {
  const alias = uniqueName('index');
  const index = createQdrantIndex({ url: testQdrantUrl(), alias, embedder: EMBEDDER });
  await index.ensure();
  return { alias, index };
}

const NOTHING = { dense: Float32Array.of(1, 0, 0, 0), lexical: { indices: [], values: [] }, filters: {}, limit: 10 };

test('ensure creates collection, indexes and alias, also when called twice at once and again', async () => {
  const alias = uniqueName('index');
  const index = createQdrantIndex({ url: testQdrantUrl(), alias, embedder: EMBEDDER });
  await Promise.all([index.ensure(), index.ensure()]);
  await index.ensure();
  expect(await call(`/collections/${alias}`)).toMatchObject({
    config: {
      params: { vectors: { dense: { size: 4, distance: 'Cosine' } }, sparse_vectors: { lexical: { modifier: 'idf' } } },
    },
    payload_schema: { doc_id: { data_type: 'keyword' }, ingest_date: { data_type: 'integer' } },
  });
});

test('another embedder gets its own collection, and the alias', async () => {
  const { alias, index } = await freshIndex();
  await index.upsert([point(1, 'debt')]);
  const other = createQdrantIndex({ url: testQdrantUrl(), alias, embedder: { id: 'test-8', dimensions: 8 } });
  await other.ensure();
  expect(await call(`/collections/${alias}`)).toMatchObject({
    config: { params: { vectors: { dense: { size: 8 } } } },
  });
  expect(await other.count({ dataset: 'letters' })).toBe(0);
  expect(await index.count({ dataset: 'letters' })).toBe(1);
});

test('another encoding of words gets its own collection, and the alias', async () => {
  const { alias, index } = await freshIndex();
  await index.upsert([point(1, 'debt')]);
  const other = createQdrantIndex({ url: testQdrantUrl(), alias, embedder: EMBEDDER, lexicon: 'other' });
  await other.ensure();
  expect(await other.count({ dataset: 'letters' })).toBe(0);
  await other.upsert([point(1, 'debt'), point(2, 'debt')]);
  expect(await call(`/collections/${alias}`)).toMatchObject({ points_count: 2 });
  expect(await index.count({ dataset: 'letters' })).toBe(1);
});

test('a collection with other vectors is refused', async () => {
  const alias = uniqueName('index');
  await call(`/collections/${alias}__test-4__${LEXICON_VERSION}`, {
    vectors: { dense: { size: 3, distance: 'Cosine' } },
  });
  const index = createQdrantIndex({ url: testQdrantUrl(), alias, embedder: EMBEDDER });
  await expect(index.ensure()).rejects.toMatchObject({ code: 'VECTORS_COLLECTION_MISMATCH', retryable: false });
});

test('search ranks by words with idf, and by meaning', async () => {
  const { index } = await freshIndex();
  await index.upsert([
    point(0, 'the revenue of the treasury'),
    point(1, 'the revenue of the army'),
    point(2, 'the revenue of the navy'),
  ]);
  const found = await index.search({ ...NOTHING, lexical: encodeQuestion('What revenue has the army?') });
  expect(found.lexical.map(({ docId }) => docId)[0]).toBe('letter-1');
  expect(found.dense.map(({ docId }) => docId)).toEqual(['letter-0', 'letter-1', 'letter-2']);
  expect(found.dense[0]?.score).toBeCloseTo(1, 5);

  const rarity = await index.rarityOf([termId('revenu'), termId('armi'), termId('moon')]);
  const idf = (documents: number): number => Math.log(1 + (3 - documents + 0.5) / (documents + 0.5));
  expect(rarity.get(termId('revenu'))).toBeCloseTo(idf(3), 4);
  expect(rarity.get(termId('armi'))).toBeCloseTo(idf(1), 4);
  expect(rarity.get(termId('moon'))).toBeCloseTo(idf(0), 4);
});

test('filters: dataset, author, category and days of publication, inclusive', async () => {
  const { index } = await freshIndex();
  await index.upsert([
    point(1, 'a', { author: 'Ann', category: 'x', publishedAt: '1862-12-01' }),
    point(2, 'b', { author: 'Ben', category: 'x', publishedAt: '1862-12-02T23:59:59Z' }),
    point(3, 'c', { author: 'Ann', category: 'y', publishedAt: '1863-01-01' }),
    point(4, 'd', { dataset: 'notes' }),
  ]);
  const found = async (filters: object): Promise<string[]> => {
    const { dense } = await index.search({ ...NOTHING, filters });
    return dense.map(({ docId }) => docId.slice('letter-'.length)).sort();
  };
  expect(await found({})).toEqual(['1', '2', '3', '4']);
  expect(await found({ dataset: 'letters' })).toEqual(['1', '2', '3']);
  expect(await found({ author: 'Ann', category: 'y' })).toEqual(['3']);
  expect(await found({ publishedFrom: '1862-12-02', publishedTo: '1863-01-01' })).toEqual(['2', '3']);
  expect(await found({ publishedTo: '1862-12-01' })).toEqual(['1']);
});

test('points are returned in pages, each once', async () => {
  const { index } = await freshIndex();
  await index.upsert(Array.from({ length: 2300 }, (_, number) => point(number, 'debt')));
  const ids = new Set<string>();
  let pages = 0;
  for await (const page of index.points({ dataset: 'letters', date: { on: '2026-05-01' } })) {
    pages++;
    for (const { id } of page) ids.add(id);
  }
  expect({ pages, ids: ids.size }).toEqual({ pages: 3, ids: 2300 });
  expect(await index.count({ dataset: 'letters', date: { before: '2026-05-01' } })).toBe(0);
  expect(
    await index.count({ dataset: 'letters', docIds: ['letter-1', 'letter-2'], date: { after: '2026-04-30' } }),
  ).toBe(2);
});

test('an absent collection is empty for readers, and an error for writers', async () => {
  const index = createQdrantIndex({ url: testQdrantUrl(), alias: uniqueName('none'), embedder: EMBEDDER });
  expect(await index.search({ ...NOTHING, lexical: encodeQuestion('debt') })).toEqual({ lexical: [], dense: [] });
  expect(await index.count({ dataset: 'letters' })).toBe(0);
  expect(await index.rarityOf([1])).toEqual(new Map());
  expect(await index.payloadsOf([point(1, '').id])).toEqual(new Map());
  await expect(index.points({ dataset: 'letters' })[Symbol.asyncIterator]().next()).resolves.toMatchObject({
    done: true,
  });
  await expect(index.upsert([point(1, 'debt')])).rejects.toMatchObject({ code: 'VECTORS_REJECTED', retryable: false });
});

test('writing no points and deleting absent points is not an error', async () => {
  const { index } = await freshIndex();
  const { id } = point(1, 'debt');
  await index.upsert([]);
  await index.confirm([], { date: '2026-05-02', runId: 'run-2', allowedGroups: null });
  await index.confirm([id], { date: '2026-05-02', runId: 'run-2', allowedGroups: null });
  await index.remove({ dataset: 'letters' });
  expect(await index.datesOf([])).toEqual(new Map());
  expect(await index.datesOf([id])).toEqual(new Map());
  expect(await index.payloadsOf([])).toEqual(new Map());
  expect(await index.payloadsOf([id])).toEqual(new Map());
});

test('confirming moves points to a run and its date, but never back to an older date', async () => {
  const { index } = await freshIndex();
  const dates = ['2026-04-30', '2026-05-01', '2026-05-02'];
  const points = dates.map((ingestDate, number) => point(number, 'debt', { ingestDate }));
  await index.upsert(points);
  const ids = points.map(({ id }) => id);
  await index.confirm(ids, { date: '2026-05-01', runId: 'run-2', allowedGroups: null });
  expect([...(await index.datesOf(ids)).values()].sort()).toEqual(['2026-05-01', '2026-05-01', '2026-05-02']);
  expect(await index.count({ dataset: 'letters', confirmed: { by: 'run-2' } })).toBe(2);
  expect(await index.count({ dataset: 'letters', confirmed: { notBy: 'run-2' } })).toBe(1);
  expect((await index.payloadsOf(ids)).get(ids[0] ?? '')).toEqual({
    ...points[0]?.payload,
    ingestDate: '2026-05-01',
    runId: 'run-2',
    allowedGroups: null,
  });
});

test('only matching points are deleted, also points without a run', async () => {
  const { alias, index } = await freshIndex();
  const date = { ingestDate: '2026-05-02' };
  await index.upsert([
    point(1, 'stale', { runId: 'run-0', allowedGroups: null }),
    point(2, 'fresh', { runId: 'run-1', allowedGroups: null }),
    point(3, 'of another date', { runId: 'run-0', ...date }),
    point(4, 'of another dataset', { runId: 'run-0', dataset: 'notes' }),
    point(5, 'without a run'),
  ]);
  const body = { keys: ['run_id'], points: [point(5, '').id] };
  await fetch(`${testQdrantUrl()}/collections/${alias}/points/payload/delete?wait=true`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const left = async () => [...(await index.datesOf([1, 2, 3, 4, 5].map((n) => point(n, '').id))).keys()].map(last);
  const last = (id: string) => Number(id.at(-1));
  await index.remove({ dataset: 'letters', date: { on: '2026-05-01' }, confirmed: { notBy: 'run-1' } });
  expect((await left()).sort()).toEqual([2, 3, 4]);
  await index.remove({ dataset: 'letters', docIds: ['letter-2', 'letter-3'], date: { before: '2026-05-02' } });
  expect((await left()).sort()).toEqual([3, 4]);
});

test('an index out of reach is a retryable error that names the setting', async () => {
  const index = createQdrantIndex({ url: 'http://127.0.0.1:1', alias: 'any', embedder: EMBEDDER });
  const unavailable = { code: 'VECTORS_UNAVAILABLE', retryable: true, where: { setting: 'QDRANT_URL' } };
  await expect(index.check()).rejects.toMatchObject(unavailable);
  await expect(index.ensure()).rejects.toMatchObject(unavailable);
  await expect(index.count({ dataset: 'letters' })).rejects.toMatchObject(unavailable);
});

test('a search by groups finds their points and those without groups, and never those that nobody may read', async () => {
  const { index } = await freshIndex();
  const groups = [null, [], ['finance'], ['legal', 'finance'], ['*']];
  await index.upsert(groups.map((allowedGroups, number) => point(number, 'debt', { allowedGroups })));
  const numbers = async (of: readonly string[] | undefined): Promise<string[]> =>
    (await index.search({ ...NOTHING, groups: of })).dense.map(({ docId }) => docId).sort();
  expect(await numbers(undefined)).toHaveLength(5);
  expect(await numbers(['*'])).toEqual(['letter-0', 'letter-4']);
  expect(await numbers(['legal', '*'])).toEqual(['letter-0', 'letter-3', 'letter-4']);
  expect(await numbers(['finance'])).toEqual(['letter-0', 'letter-2', 'letter-3']);
});

test('confirming replaces the groups of points', async () => {
  const { index } = await freshIndex();
  const opened = point(1, 'debt', { allowedGroups: ['finance'] });
  const closed = point(2, 'debt', { allowedGroups: null });
  await index.upsert([opened, closed]);
  await index.confirm([opened.id], { date: '2026-05-02', runId: 'run-2', allowedGroups: null });
  await index.confirm([closed.id], { date: '2026-05-02', runId: 'run-2', allowedGroups: [] });
  const { dense } = await index.search({ ...NOTHING, groups: ['finance'] });
  expect(dense.map(({ docId }) => docId)).toEqual(['letter-1']);
  expect((await index.payloadsOf([opened.id])).get(opened.id)?.allowedGroups).toBeNull();
});
