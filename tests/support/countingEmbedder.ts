import type { Embedder } from '../../lib/embedding/embedder';
import { termId } from '../../lib/language/sparseText';
import { termsOf } from '../../lib/language/terms';

const DIMENSIONS = 32;

export interface CountingEmbedder extends Embedder {
  /** All texts embedded so far. */
  texts: string[];
}

/** A cheap embedder that hashes words into 32 dimensions and records each text. */
export function countingEmbedder(id = 'words-32'): CountingEmbedder {
  const texts: string[] = [];
  return {
    id,
    texts,
    dimensions: DIMENSIONS,
    fusion: { lexical: 0.5, dense: 0.5 },
    embed: (batch) => {
      texts.push(...batch);
      return Promise.resolve(batch.map(vectorOf));
    },
    close: () => Promise.resolve(),
  };
}

function vectorOf(text: string): Float32Array {
  const vector = new Float32Array(DIMENSIONS);
  // One component that all texts share, so that no vector is zero.
  vector[0] = 1;
  for (const term of termsOf(text)) {
    const position = termId(term) % DIMENSIONS;
    vector[position] = (vector[position] ?? 0) + 1;
  }
  const length = Math.hypot(...vector);
  return vector.map((value) => value / length);
}
