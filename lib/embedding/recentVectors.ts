import { LRUCache } from 'lru-cache';
import type { Embedder } from './embedder';

/**
 * The same embedder, which keeps the vectors of recent texts in memory, for questions: they are asked again, and the sentences
 * of the documents that many questions find are compared again and again. Not for an ingest, where texts do not repeat.
 *
 * @param limitInBytes of the vectors and texts that are kept; the longest unused go first
 */
export function keepRecentVectors(embedder: Embedder, limitInBytes = 32 * 1024 * 1024): Embedder {
  const sizeOf = (text: string): number => 4 * embedder.dimensions + 2 * text.length;
  // Promises, so that questions that need the same text at the same time embed it once.
  const recent = new LRUCache<string, Promise<Float32Array>>({
    maxSize: limitInBytes,
    sizeCalculation: (_, text) => sizeOf(text),
  });

  return {
    ...embedder,
    async embed(texts) {
      const vectors = new Map<string, Promise<Float32Array>>();
      for (const text of texts) {
        const known = recent.get(text);
        if (known) vectors.set(text, known);
      }
      const missing = [...new Set(texts)].filter((text) => !vectors.has(text));
      const embedded = missing.length > 0 ? embedder.embed(missing) : Promise.resolve([]);
      for (const [position, text] of missing.entries()) {
        const vector = embedded.then((batch) => batch[position] as Float32Array);
        vectors.set(text, vector);
        recent.set(text, vector);
        // A failure is not kept: the next question tries again.
        vector.catch(() => recent.peek(text) === vector && recent.delete(text));
      }
      return Promise.all(texts.map((text) => vectors.get(text) as Promise<Float32Array>));
    },
  };
}
