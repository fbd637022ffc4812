import type { Precision } from './linear';

/** The `workerData` of a worker. */
export interface WorkerSettings {
  precision: Precision;
  /** Tokens read of each text. */
  maxTokens: number;
}

export interface EncodedTexts {
  vectors: Float32Array;
  /** Of all texts. */
  tokens: number;
}

export interface WorkerRequest {
  id: number;
  texts: string[];
}

/** All vectors in one array, in the order of the texts, with the number of tokens read, or the error. */
export type WorkerReply = ({ id: number } & EncodedTexts) | { id: number; error: string };
