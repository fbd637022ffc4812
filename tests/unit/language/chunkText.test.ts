import fc from 'fast-check';
import { chunkText } from '../../../lib/language/chunkText';
import { splitSentences } from '../../../lib/language/splitSentences';
import speeches from '../../support/speeches';

async function expectWholeCover(text: string): Promise<void> {
  const chunks = await chunkText(text);
  expect(chunks.length).toBeGreaterThan(0);
  let covered = 0;
  let previousStart = -1;
  for (const { start, text: chunk } of chunks) {
    expect(text.slice(start, start + chunk.length)).toBe(chunk);
    expect(chunk.length).toBeLessThanOrEqual(1002);
    // An unpaired surrogate would not survive UTF-8.
    expect(Buffer.from(chunk, 'utf8').toString('utf8')).toBe(chunk);
    expect(text.slice(covered, Math.max(covered, start)).trim()).toBe('');
    expect(start).toBeGreaterThanOrEqual(previousStart);
    previousStart = start;
    covered = Math.max(covered, start + chunk.length);
  }
  expect(text.slice(covered).trim()).toBe('');
}

test('chunks are exact, ordered parts of the text and cover all of it', async () => {
  const word = fc.oneof(
    fc.constantFrom(
      'a',
      'the',
      'Mr.',
      'U.S.',
      'end.',
      'What?',
      '“Quote.”',
      '\n\n',
      '\n',
      '\t',
      '   ',
      '\u00a0',
      '\uFDD0',
    ),
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }),
    fc.constantFrom('😀'.repeat(700), 'x'.repeat(1500), '字'.repeat(1200)),
  );
  const text = fc.array(word, { maxLength: 400 }).map((words) => words.join(' '));
  expect.hasAssertions();
  await fc.assert(fc.asyncProperty(text, expectWholeCover), { numRuns: 150 });
});

test('offsets are right in a text that repeats itself', async () => {
  await expectWholeCover('No, no, no. '.repeat(1000));
  await expectWholeCover('a '.repeat(3000));
  expect((await chunkText('No, no, no. '.repeat(1000))).length).toBeGreaterThan(10);
});

test('chunks of prose begin with a sentence, except inside a sentence that is longer than a chunk', async () => {
  for (const { text } of speeches().filter((_, index) => index % 40 === 0)) {
    const sentences = splitSentences(text);
    const starts = new Set(sentences.map(({ start }) => start));
    const long = sentences.filter((sentence) => sentence.text.length >= 999);
    for (const { start } of await chunkText(text)) {
      const isInsideLong = long.some(
        (sentence) => sentence.start < start && start < sentence.start + sentence.text.length,
      );
      expect(starts.has(start) || isInsideLong).toBe(true);
    }
  }
});

test.each(['', '  \n\n\t '])('a text without words (%j) is one empty chunk', async (text) => {
  expect(await chunkText(text)).toEqual([{ text: '', start: 0 }]);
});
