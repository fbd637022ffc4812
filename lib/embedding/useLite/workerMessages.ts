import type { Precision } from './linear';

/** What a worker is started with. */
export interface WorkerSettings {
  precision: Precision;
  /** Tokens read of each text. */
  maxTokens: number;
}

export interface WorkerRequest {
  id: number;
  texts: string[];
}

/** Vectors one after the other in the order of the texts, or what went wrong. */
export type WorkerReply = { id: number; vectors: Float32Array } | { id: number; error: string };
