/** Indexes of texts that are encoded together. */
export type Batch = number[];

/** Tokens in a batch, padding included: about 20 ms of work, so a question never waits long behind one. */
const TOKENS_PER_BATCH = 512;
/** For English text; an error only makes a batch a little larger or smaller. */
const CHARACTERS_PER_TOKEN = 4.5;

/**
 * Divides texts into batches of similar length, longest first: texts in a batch are padded to its longest one, and a
 * short last batch keeps all workers busy to the end.
 */
export function planBatches(texts: string[], maxTokens: number): Batch[] {
  const lengths = texts.map((text) => Math.min(maxTokens, Math.ceil(text.length / CHARACTERS_PER_TOKEN) + 1));
  const order = [...texts.keys()].sort((left, right) => (lengths[right] ?? 0) - (lengths[left] ?? 0));
  const batches: Batch[] = [];
  let batch: Batch = [];
  let longest = 0;
  for (const position of order) {
    if (batch.length > 0 && (batch.length + 1) * longest > TOKENS_PER_BATCH) {
      batches.push(batch);
      batch = [];
    }
    if (batch.length === 0) longest = lengths[position] ?? 1;
    batch.push(position);
  }
  if (batch.length > 0) batches.push(batch);
  return batches;
}
