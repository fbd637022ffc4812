import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { chunkText } from '../../../lib/language/chunkText';
import { createTextChunker, type TextChunker } from '../../../lib/language/textChunker';

const SENTENCE = 'The treasury holds 12,000,000 dollars, said Mr. Lincoln. Is that enough? ';
let chunker: TextChunker;
beforeAll(() => {
  chunker = createTextChunker(path.join(__dirname, '../../support/chunkWorkerFromSource.cjs'));
});
afterAll(() => chunker.close());

test('long and short texts, several at once, have the same chunks as in this thread', async () => {
  const long = SENTENCE.repeat(4000);
  const texts = [long, SENTENCE, '', `${long}\u{1F600}${long}`, '.'.repeat(200_000)];
  const chunks = await Promise.all(texts.map((text) => chunker.chunk(text)));
  expect(chunks).toEqual(await Promise.all(texts.map((text) => chunkText(text))));
});

test('this thread goes on while a long text is split', async () => {
  let turns = 0;
  let isSplit = false;
  const splitting = chunker.chunk(SENTENCE.repeat(30_000)).then(() => (isSplit = true));
  while (!isSplit) {
    turns += 1;
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await splitting;
  // Split in this thread, the text takes one turn.
  expect(turns).toBeGreaterThan(5);
});

test('a worker that ends fails its texts, and the next text gets another worker', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'chunker-'));
  const file = path.join(folder, 'worker.cjs');
  await writeFile(file, "require('node:worker_threads').parentPort.on('message', () => process.exit(3));");
  const broken = createTextChunker(file);
  await expect(broken.chunk(SENTENCE.repeat(4000))).rejects.toThrow('ended with code 3');
  await expect(broken.chunk(SENTENCE.repeat(4000))).rejects.toThrow('ended with code 3');
  await broken.close();
  await rm(folder, { recursive: true, force: true });
});
