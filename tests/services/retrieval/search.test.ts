import { embedDocuments } from '../../../lib/indexing/embedDocuments';
import type { DocumentRow } from '../../../lib/documents/document';
import type { DocumentKey, DocumentLookup } from '../../../lib/documents/documentLookup';
import { fuseRankings } from '../../../lib/retrieval/fuseRankings';
import { search, type SearchDependencies } from '../../../lib/retrieval/search';
import { createQdrantIndex } from '../../../lib/vectors/qdrant';
import type { RankedChunk } from '../../../lib/vectors/vectorIndex';
import { batches, documentRow } from '../../support/documents';
import { testQdrantUrl, uniqueName } from '../../support/servers';
import { countingEmbedder } from '../../support/countingEmbedder';

/** A lookup with `rows` as the current documents in SQL. */
function lookupIn(rows: DocumentRow[]): DocumentLookup {
  const isCurrent = (key: DocumentKey, row: DocumentRow): boolean =>
    key.dataset === row.dataset && key.docId === row.docId && key.contentHash === row.contentHash;
  return {
    current: (keys) => Promise.resolve(rows.filter((row) => keys.some((key) => isCurrent(key, row)))),
    exists: ({ dataset }) => Promise.resolve(rows.some((row) => dataset === undefined || dataset === row.dataset)),
  };
}

async function indexed(rows: DocumentRow[], current = rows): Promise<SearchDependencies> {
  const embedder = countingEmbedder();
  const vectors = createQdrantIndex({ url: testQdrantUrl(), alias: uniqueName('search'), embedder });
  await vectors.ensure();
  await embedDocuments({ vectors, embedder }, batches(rows), {
    dataset: 'letters',
    date: '2026-05-01',
    runId: 'run-1',
  });
  return { vectors, embedder, documents: lookupIn(current) };
}

test('finds the document that matches the question, with its metadata from SQL', async () => {
  const rows = ['revenue and debt', 'army and navy', 'rivers and harbors'].map((text, index) =>
    documentRow({ docId: `d${index}`, text: `On the ${text}.` }),
  );
  const current = rows.map((row) => ({ ...row, title: `Current title of ${row.docId}` }));
  const [best] = await search(await indexed(rows, current), { access: 'everything', question: 'What about the navy?' });
  expect(best).toEqual({
    dataset: 'letters',
    docId: 'd1',
    contentHash: 'hash of d1',
    title: 'Current title of d1',
    author: 'Somebody',
    publishedAt: '2020-05-17',
    category: 'letter',
    chunkNumber: 0,
    text: 'On the army and navy.',
    score: expect.any(Number) as number,
  });
});

test('hits of rows that SQL has replaced or deleted are dropped, and current hits take their place', async () => {
  const stale = Array.from({ length: 150 }, (_, index) =>
    documentRow({ docId: `s${index}`, text: 'The army, the army.' }),
  );
  const kept = documentRow({ docId: 'kept', text: 'A letter on rivers, harbors, roads and, last of all, the army.' });
  const dependencies = await indexed([...stale, kept], [kept, documentRow({ docId: 's1', contentHash: 'newer' })]);
  const passages = await search(dependencies, { access: 'everything', question: 'the army', limit: 1 });
  expect(passages.map(({ docId }) => docId)).toEqual(['kept']);
});

test('a point that is removed while the question is answered gives no passage', async () => {
  const rows = ['army', 'navy'].map((text, index) => documentRow({ docId: `d${index}`, text: `On the ${text}.` }));
  const dependencies = await indexed(rows);
  const documents: DocumentLookup = {
    ...dependencies.documents,
    current: async (keys, access) => {
      await dependencies.vectors.remove({ dataset: 'letters', docIds: ['d0'] });
      return dependencies.documents.current(keys, access);
    },
  };
  const passages = await search({ ...dependencies, documents }, { access: 'everything', question: 'army or navy' });
  expect(passages.map(({ docId }) => docId)).toEqual(['d1']);
});

test('when many documents are not current, the rest of the ranking is looked up', async () => {
  const rows = Array.from({ length: 60 }, (_, index) => documentRow({ docId: `d${index}`, text: `Army ${index}.` }));
  const dependencies = await indexed(rows, rows.slice(-3));
  const asked: number[] = [];
  const documents: DocumentLookup = {
    ...dependencies.documents,
    current: (keys, access) => {
      asked.push(keys.length);
      return dependencies.documents.current(keys, access);
    },
  };
  const passages = await search({ ...dependencies, documents }, { access: 'everything', question: 'army', limit: 10 });
  expect(passages.map(({ docId }) => docId).sort()).toEqual(['d57', 'd58', 'd59']);
  expect(asked).toEqual([20, 20, 20]);
});

test('an index that has nothing of documents that exist is a problem, and no answer', async () => {
  const { documents } = await indexed([], [documentRow({ docId: 'a' })]);
  const lost = { ...(await indexed([])), documents };
  await expect(search(lost, { access: 'everything', question: 'army' })).rejects.toMatchObject({
    code: 'VECTORS_EMPTY',
    status: 503,
    retryable: true,
  });
  const filters = { dataset: 'other' };
  expect(await search(lost, { access: 'everything', question: 'army', filters })).toEqual([]);
});

test('one long document does not fill the answer', async () => {
  const long = documentRow({
    docId: 'long',
    text: 'The army marched on and on, and the army marched again. '.repeat(200),
  });
  const short = documentRow({ docId: 'short', text: 'Of the navy, and a word on the army.' });
  const passages = await search(await indexed([long, short]), { access: 'everything', question: 'army', limit: 5 });
  expect(passages.map(({ docId }) => docId).sort()).toEqual(['long', 'long', 'short']);
});

test('filters are applied in the index, and an empty index gives no passages', async () => {
  const rows = [
    documentRow({ docId: 'a', author: 'Ann', text: 'army' }),
    documentRow({ docId: 'b', author: 'Ben', text: 'army' }),
  ];
  const dependencies = await indexed(rows);
  const found = await search(dependencies, { access: 'everything', question: 'army', filters: { author: 'Ben' } });
  expect(found.map(({ docId }) => docId)).toEqual(['b']);
  expect(await search(dependencies, { access: 'everything', question: 'army', filters: { dataset: 'other' } })).toEqual(
    [],
  );
  expect(await search(await indexed([]), { access: 'everything', question: 'army' })).toEqual([]);
});

test('fusion adds min-max shares by weight', () => {
  const chunk = (id: string, score: number): RankedChunk => ({ id, score, dataset: 'd', docId: id, contentHash: 'h' });
  const fused = fuseRankings(
    {
      lexical: [chunk('a', 30), chunk('b', 20), chunk('c', 10)],
      dense: [chunk('d', 0.9), chunk('b', 0.7), chunk('a', 0.5)],
    },
    { lexical: 0.7, dense: 0.3 },
  );
  expect(fused.map(({ id }) => id)).toEqual(['a', 'b', 'd', 'c']);
  for (const [index, score] of [0.7, 0.5, 0.3, 0].entries()) expect(fused[index]?.score).toBeCloseTo(score, 10);
  expect(fuseRankings({ lexical: [chunk('a', 5)], dense: [] }, { lexical: 0.7, dense: 0.3 })).toMatchObject([
    { score: 0.7 },
  ]);
  expect(fuseRankings({ lexical: [], dense: [] }, { lexical: 0.7, dense: 0.3 })).toEqual([]);
});
