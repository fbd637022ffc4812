import { parentPort } from 'node:worker_threads';
import { chunkText, type Chunk } from './chunkText';

export interface ChunkRequest {
  id: number;
  text: string;
}

export type ChunkReply = { id: number } & ({ chunks: Chunk[] } | { error: string });

/** Main of the worker thread of `textChunker`. */
parentPort?.on('message', ({ id, text }: ChunkRequest) => {
  chunkText(text).then(
    (chunks) => parentPort?.postMessage({ id, chunks } satisfies ChunkReply),
    (error: unknown) => parentPort?.postMessage({ id, error: String(error) } satisfies ChunkReply),
  );
});
