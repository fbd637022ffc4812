import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { chunkText, type Chunk } from './chunkText';
import type { ChunkReply, ChunkRequest } from './chunkWorker';

/** Splits texts into chunks as `chunkText` does. Long texts are split in a worker thread: a megabyte takes a tenth of a second. */
export interface TextChunker {
  /** The worker ended: an Error, after which the next text starts another one. */
  chunk(text: string): Promise<Chunk[]>;
  close(): Promise<void>;
}

/** Characters. Splitting a shorter text takes less time than a thread needs to be noticed. */
const LONG_TEXT = 100_000;

interface Waiting {
  resolve(chunks: Chunk[]): void;
  reject(error: Error): void;
}

/** `workerFile`: JavaScript of the worker; by default the compiled `chunkWorker.js` beside this file. */
export function createTextChunker(workerFile = path.join(__dirname, 'chunkWorker.js')): TextChunker {
  const waiting = new Map<number, Waiting>();
  let worker: Worker | undefined;
  let nextId = 1;

  const start = (): Worker => {
    const started = new Worker(workerFile);
    let cause: unknown;
    started.on('message', (reply: ChunkReply) => {
      const one = waiting.get(reply.id);
      waiting.delete(reply.id);
      // Only a worker with work keeps the process alive.
      if (waiting.size === 0) started.unref();
      if ('chunks' in reply) one?.resolve(reply.chunks);
      else one?.reject(new Error(`a text was not split: ${reply.error}`));
    });
    started.on('error', (error) => (cause = error));
    started.on('exit', (code) => {
      if (worker === started) worker = undefined;
      const error = new Error(`the thread that splits texts ended with code ${code}`, { cause });
      for (const one of waiting.values()) one.reject(error);
      waiting.clear();
    });
    return started;
  };

  return {
    chunk(text) {
      if (text.length < LONG_TEXT) return chunkText(text);
      const used = (worker ??= start());
      used.ref();
      return new Promise((resolve, reject) => {
        const id = nextId++;
        waiting.set(id, { resolve, reject });
        used.postMessage({ id, text } satisfies ChunkRequest);
      });
    },
    close: async () => {
      await worker?.terminate();
    },
  };
}
