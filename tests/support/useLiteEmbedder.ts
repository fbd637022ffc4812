import path from 'node:path';
import type { Embedder } from '../../lib/embedding/embedder';
import { createUseLiteEmbedder, type UseLiteOptions } from '../../lib/embedding/useLite/useLite';

/** The real model, with a worker that is compiled on the fly. */
export function useLiteEmbedder(options: UseLiteOptions = {}): Embedder {
  return createUseLiteEmbedder({ ...options, workerFile: path.join(__dirname, 'workerFromSource.cjs') });
}
