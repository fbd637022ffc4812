import type { Embedder } from '../../../lib/embedding/embedder';
import { createUseLiteEmbedder } from '../../../lib/embedding/useLite/useLite';
import { quantizeWeights } from '../../../lib/embedding/useLite/quantizeWeights';
import speeches from '../../support/speeches';
import { useLiteEmbedder } from '../../support/useLiteEmbedder';

const TEXTS = [
  'What is the financial outlook?',
  'The revenue of the last year exceeded the expenditure.',
  'a',
  '日本語 text 😀',
  '1 2 3 4 5',
  ...speeches()
    .filter((_, index) => index % 12 === 0)
    .map(({ text }) => text.slice(2000, 3000)),
];

let int8: Embedder;
let fp32: Embedder;
beforeAll(() => {
  int8 = useLiteEmbedder({ precision: 'int8', workers: 1 });
  fp32 = useLiteEmbedder({ precision: 'fp32', workers: 1 });
});
afterAll(async () => {
  await Promise.all([int8.close(), fp32.close()]);
});

test('8-bit vectors have the direction of the 32-bit vectors', async () => {
  const [exact, rounded] = [await fp32.embed(TEXTS), await int8.embed(TEXTS)];
  const likeness = exact.map((vector, index) => cosine(vector, rounded[index]));
  expect(Math.min(...likeness)).toBeGreaterThanOrEqual(0.99);
});

test('related texts have closer vectors than unrelated texts', async () => {
  const [question, near, far] = await fp32.embed([
    'What is the financial outlook?',
    'The economic outlook is good.',
    'We will place an astronaut on the moon.',
  ]);
  expect(cosine(question, near)).toBeGreaterThan(cosine(question, far) + 0.2);
});

test('vectors have unit length and the order of the texts, and do not depend on other texts in the batch', async () => {
  const together = await fp32.embed(TEXTS);
  for (const [index, text] of TEXTS.entries()) {
    const [alone] = await fp32.embed([text]);
    expect(cosine(alone, together[index])).toBeCloseTo(1, 4);
    expect(cosine(alone, alone)).toBeCloseTo(1, 4);
  }
});

test('an empty text has a vector too', async () => {
  const [vector] = await int8.embed(['']);
  expect(vector?.every(Number.isFinite)).toBe(true);
  expect(await int8.embed([])).toEqual([]);
});

test('a question does not wait for an ingest that started earlier', async () => {
  const finished: string[] = [];
  const ingest = int8.embed(Array.from({ length: 64 }, () => TEXTS.at(-1) ?? '')).then(() => finished.push('ingest'));
  const question = int8.embed(['What is the financial outlook?']).then(() => finished.push('question'));
  await Promise.all([ingest, question]);
  expect(finished).toEqual(['question', 'ingest']);
});

test('a worker that cannot start fails its batch with a retryable error', async () => {
  const absent = createUseLiteEmbedder({ workerFile: '/nowhere/worker.js', workers: 1 });
  await expect(absent.embed(['text'])).rejects.toMatchObject({ code: 'EMBEDDING_WORKER_FAILED', retryable: true });
  await absent.close();
});

test('closing ends running work', async () => {
  const embedder = useLiteEmbedder({ workers: 1 });
  const underWay = embedder.embed(['text']).catch((error: unknown) => error);
  await embedder.close();
  expect(await underWay).toMatchObject({ code: 'EMBEDDING_CLOSED' });
  await expect(embedder.embed(['text'])).rejects.toMatchObject({ code: 'EMBEDDING_CLOSED' });
});

test('quantised weights fit in seven bits, with an error of at most half a step', () => {
  const values = Float32Array.from({ length: 40 }, (_, index) => Math.sin(index) * (index % 4 === 0 ? 10 : 0.01));
  const { integers, scales } = quantizeWeights(values, 10, 4);
  for (const [index, value] of values.entries()) {
    const [integer = 0, scale = 0] = [integers[index], scales[index % 4]];
    expect(Math.abs(integer)).toBeLessThanOrEqual(63);
    expect(Math.abs(integer * scale - value)).toBeLessThanOrEqual(scale / 2 + 1e-6);
  }
});

function cosine(left: Float32Array | undefined, right: Float32Array | undefined): number {
  return (left ?? new Float32Array()).reduce((sum, value, index) => sum + value * (right?.[index] ?? 0), 0);
}

test('reports the tokens that the model reads, and not those that it leaves out', async () => {
  let tokens = 0;
  const embedder = useLiteEmbedder({
    workers: 1,
    maxTokens: 16,
    report: (call) => (tokens += call?.inputTokens ?? NaN),
  });
  try {
    await embedder.embed(['one two three', 'a', '']);
    const short = tokens;
    expect(short).toBeGreaterThanOrEqual(3);
    await embedder.embed(['word '.repeat(500)]);
    expect(tokens - short).toBe(16);
  } finally {
    await embedder.close();
  }
});
