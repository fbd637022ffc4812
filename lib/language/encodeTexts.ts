import { setImmediate } from 'node:timers/promises';
import { encodeText, type SparseVector } from './sparseText';

/** Characters that are encoded in one turn of the event loop: some milliseconds, 70 for the characters that take longest. */
const CHARACTERS_PER_TURN = 16_384;

/** Encodes texts in turns, so that requests are answered in between. */
export async function encodeTexts(texts: readonly string[]): Promise<SparseVector[]> {
  const vectors: SparseVector[] = [];
  let characters = 0;
  for (const text of texts) {
    characters += text.length;
    if (characters > CHARACTERS_PER_TURN) {
      await setImmediate();
      characters = text.length;
    }
    vectors.push(encodeText(text));
  }
  return vectors;
}
