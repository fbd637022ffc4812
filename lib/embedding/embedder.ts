/** Turns texts into vectors. Built once by the composition root. */
export interface Embedder {
  /** Names model and variant; safe in a collection name. It is part of each point id, and each embedder has one collection. */
  id: string;
  dimensions: number;
  /** Weights of this model's ranking and BM25. They depend on the model, not on the search. */
  fusion: FusionWeights;
  /** Vectors in the order of the texts, of unit length. Throws PipelineError EMBEDDING_*, retryable, when the service fails. */
  embed(texts: string[]): Promise<Float32Array[]>;
  close(): Promise<void>;
}

/** Called after each call of a model with the tokens that it read; undefined when its service reported none. */
export type ReportTokens = (tokens: { inputTokens: number } | undefined) => void;

/** Shares of min-max normalised scores; they add up to 1. */
export interface FusionWeights {
  lexical: number;
  dense: number;
}
