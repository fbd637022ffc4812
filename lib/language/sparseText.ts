import { termsOf } from './terms';

/** A sparse vector: each index once, in rising order. */
export interface SparseVector {
  indices: number[];
  values: number[];
}

/** Changes whenever the same text would get another sparse vector: other words, stems, ids or weights. */
export const LEXICON_VERSION = 'porter-bm25-1';

/** BM25's parameters: saturation of repeated terms (k1) and penalty for long texts (b), with their usual values. */
const K1 = 1.2;
const B = 0.75;
/**
 * Terms in a text of average length. Fixed, as in Qdrant's own BM25: with the true average, each upsert would change all
 * stored vectors. Chunks of 1,000 characters have about this many.
 */
const AVERAGE_TERMS = 80;

/**
 * The document side of BM25: each term's saturated frequency. The other factor, how rare the term is, is applied by the
 * index (`modifier: idf`), since only the index knows the number of texts.
 */
export function encodeText(text: string): SparseVector {
  const terms = termsOf(text);
  const lengthDiscount = K1 * (1 - B + (B * terms.length) / AVERAGE_TERMS);
  return sparseVector(countTerms(terms), (count) => (count * (K1 + 1)) / (count + lengthDiscount));
}

/** The question side of BM25: each different term weighs 1. */
export function encodeQuestion(question: string): SparseVector {
  return sparseVector(countTerms(termsOf(question)), () => 1);
}

/** Stable 32-bit id of a term (FNV-1a over its UTF-8 bytes, mixed). Two terms may share an id, which is rare and harmless. */
export function termId(term: string): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(term, 'utf8')) hash = Math.imul(hash ^ byte, 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

function countTerms(terms: string[]): Map<number, number> {
  const counts = new Map<number, number>();
  for (const term of terms) {
    const id = termId(term);
    counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  return counts;
}

function sparseVector(counts: Map<number, number>, weigh: (count: number) => number): SparseVector {
  const entries = [...counts].sort(([left], [right]) => left - right);
  return { indices: entries.map(([id]) => id), values: entries.map(([, count]) => weigh(count)) };
}
