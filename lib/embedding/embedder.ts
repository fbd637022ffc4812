/** Turns texts into vectors. Built once by the composition root. */
export interface Embedder {
  /** Names model and variant, safe in a collection name: part of each point id, and one collection per embedder. */
  id: string;
  dimensions: number;
  /** How far its ranking is to be trusted beside BM25: belongs to the model, not to the search. */
  fusion: FusionWeights;
  /** Vectors in the order of the texts, of unit length. Broken service: PipelineError EMBEDDING_*, retryable. */
  embed(texts: string[]): Promise<Float32Array[]>;
  close(): Promise<void>;
}

/** Shares of min-max normalised scores; they add up to 1. */
export interface FusionWeights {
  lexical: number;
  dense: number;
}
