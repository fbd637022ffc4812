import { parentPort, workerData } from 'node:worker_threads';
import { startEncoder } from './encoder';
import type { WorkerReply, WorkerRequest, WorkerSettings } from './workerMessages';

// One encoder per worker thread. A failed start ends the worker, and the pool receives the error.
const encoder = startEncoder(workerData as WorkerSettings);

parentPort?.on('message', (request: WorkerRequest) => {
  void answer(request);
});

async function answer({ id, texts }: WorkerRequest): Promise<void> {
  try {
    const { vectors, tokens } = await (await encoder).encode(texts);
    reply({ id, vectors, tokens }, [vectors.buffer as ArrayBuffer]);
  } catch (error) {
    reply({ id, error: error instanceof Error ? error.message : String(error) });
  }
}

function reply(message: WorkerReply, transfer: ArrayBuffer[] = []): void {
  parentPort?.postMessage(message, transfer);
}
