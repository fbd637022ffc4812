import type { Precision } from './linear';

/** The `workerData` of a worker. */
export interface WorkerSettings {
  precision: Precision;
  /** Tokens read of each text. */
  maxTokens: number;
}

export interface WorkerRequest {
  id: number;
  texts: string[];
}

/** All vectors in one array, in the order of the texts, or the error. */
export type WorkerReply = { id: number; vectors: Float32Array } | { id: number; error: string };
