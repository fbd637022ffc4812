import { answerQuestion } from '../../../lib/answering/answerQuestion';
import { createExtractiveAnswerer } from '../../../lib/answering/extractive';
import type { Answer } from '../../../lib/answering/answer';
import type { Embedder } from '../../../lib/embedding/embedder';
import { embedDocuments } from '../../../lib/indexing/embedDocuments';
import type { DocumentRow } from '../../../lib/documents/document';
import { search } from '../../../lib/retrieval/search';
import { createQdrantIndex } from '../../../lib/vectors/qdrant';
import type { VectorIndex } from '../../../lib/vectors/vectorIndex';
import { batches, documentRow } from '../../support/documents';
import { testQdrantUrl, uniqueName } from '../../support/servers';
import speeches from '../../support/speeches';
import { useLiteEmbedder } from '../../support/useLiteEmbedder';

/** Every fifth address, so that embedding takes only seconds; the end-to-end test uses the whole sample. */
const ROWS: DocumentRow[] = speeches()
  .filter(({ year }) => year % 5 === 4)
  .map(({ year, name, text }) =>
    documentRow({
      docId: `${year}-${name}`,
      title: `State of the Union Address ${year}`,
      author: name,
      publishedAt: `${year}-01-01`,
      text,
    }),
  );

let embedder: Embedder;
let vectors: VectorIndex;
beforeAll(async () => {
  embedder = useLiteEmbedder();
  vectors = createQdrantIndex({ url: testQdrantUrl(), alias: uniqueName('sample'), embedder });
  await vectors.ensure();
  const partition = { dataset: 'letters', date: '2026-05-01', runId: 'run-1' };
  const result = await embedDocuments({ vectors, embedder }, batches(ROWS), partition);
  expect(result).toMatchObject({ documents: ROWS.length, reused: 0 });
}, 300_000);
afterAll(() => embedder.close());

async function ask(question: string): Promise<Answer> {
  const documents = { current: () => Promise.resolve(ROWS), exists: () => Promise.resolve(true) };
  const passages = await search({ vectors, embedder, documents }, { question, access: 'everything' });
  const answerer = createExtractiveAnswerer({ vectors, embedder });
  const answer = await answerQuestion({ answerer }, { question, passages });
  for (const { docId, quote } of answer.citations) {
    expect(ROWS.find((row) => row.docId === docId)?.text).toContain(quote);
  }
  return answer;
}

test('a question that one president answers gets his words', async () => {
  const { citations } = await ask('Who declared an unconditional war on poverty?');
  expect(citations[0]).toMatchObject({ author: 'Lyndon B Johnson', date: '1964-01-01' });
  expect(citations[0]?.quote).toContain('declares unconditional war on poverty');
});

test('a question that many answer gets several sources', async () => {
  const { citations } = await ask('Will the revenue exceed the expenditures of the coming year?');
  expect(citations.length).toBeGreaterThan(1);
  expect(new Set(citations.map(({ docId }) => docId)).size).toBeGreaterThan(1);
  for (const { quote } of citations) expect(quote).toMatch(/revenue|expenditure|exceed/i);
});

test('a question on another subject is not answered', async () => {
  expect(await ask('How do I bake a lasagna?')).toMatchObject({
    answer: 'Nothing in the indexed documents answers this question.',
    citations: [],
  });
});
