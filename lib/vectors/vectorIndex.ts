import type { SparseVector } from '../language/sparseText';
import type { SearchFilters } from './passage';

/**
 * The index of chunks for one embedder. Errors of all methods: PipelineError VECTORS_UNAVAILABLE (retryable) when the index
 * is out of reach or overloaded, VECTORS_REJECTED (not retryable) when it refuses the request. Nothing is retried here:
 * every write may be repeated without harm, so the caller's step is retried.
 */
export interface VectorIndex {
  /**
   * Creates collection, payload indexes and alias where they are absent. Safe to repeat, also concurrently. An existing
   * collection of another shape: VECTORS_COLLECTION_MISMATCH, not retryable.
   */
  ensure(): Promise<void>;
  /** Partition date (`yyyy-mm-dd`) of each of these points that exists; absent ids are left out. */
  datesOf(ids: string[]): Promise<Map<string, string>>;
  /** Writes points and waits until they are searchable; a point with the same id is replaced. */
  upsert(points: ChunkPoint[]): Promise<void>;
  /**
   * Confirms points for a run: those that exist get its partition's date, its id and the groups, and keep everything else.
   * Points of a newer date stay as they are, except those of `newerDate` and before; absent ids are not an error.
   */
  confirm(
    ids: string[],
    run: { date: string; runId: string; allowedGroups: string[] | null; newerDate?: string },
  ): Promise<void>;
  /** All matching points in pages, in no particular order, each once. An absent collection has none. */
  points(filter: PointFilter): AsyncIterable<StoredPoint[]>;
  /** Exact number of matching points; 0 for an absent collection. */
  count(filter: PointFilter): Promise<number>;
  /** Deletes all matching points and waits. Zero matching points are not an error. */
  remove(filter: PointFilter): Promise<void>;
  /** Best chunks by words and by meaning, each list with the highest score first. An absent collection has none. */
  search(query: ChunkQuery): Promise<RankedChunks>;
  /** All that is stored with each of these points that exists; absent ids are left out. At most a few hundred ids. */
  payloadsOf(ids: string[]): Promise<Map<string, ChunkPayload>>;
  /**
   * Inverse document frequency of each term id, as the index weighs it in a search by words. A term without chunks counts as
   * the rarest.
   */
  rarityOf(termIds: number[]): Promise<Map<number, number>>;
  /** Resolves when the index answers. */
  check(): Promise<void>;
}

/** The data stored with each vector. */
export interface ChunkPayload {
  dataset: string;
  docId: string;
  contentHash: string;
  title: string;
  author: string | null;
  category: string | null;
  /** Groups that may read the document; null when its dataset does not limit access. */
  allowedGroups: string[] | null;
  /** ISO 8601 as in the lake. */
  publishedAt: string | null;
  /** Partition, `yyyy-mm-dd`. */
  ingestDate: string;
  /** From 0 within its document. */
  chunkNumber: number;
  chunkCount: number;
  /** Offset in the document's text, in UTF-16 code units. */
  chunkStart: number;
  text: string;
  /** Version of the chunker that created it. */
  chunker: string;
  /** The last run that stored or confirmed it. Empty for points from before runs were recorded. */
  runId: string;
}

export interface ChunkPoint {
  id: string;
  dense: Float32Array;
  lexical: SparseVector;
  payload: ChunkPayload;
}

/** Conditions that must all hold. */
export interface PointFilter {
  dataset: string;
  /** `yyyy-mm-dd`: points of exactly this partition, of older ones, or of newer ones. */
  date?: { on: string } | { before: string } | { after: string };
  docIds?: string[];
  chunkNumber?: number;
  /** Points that this run was the last to store or confirm, or all others. */
  confirmed?: { by: string } | { notBy: string };
}

/** The row from which a point came. */
export interface StoredPoint {
  id: string;
  docId: string;
  contentHash: string;
  chunker: string;
  ingestDate: string;
}

export interface ChunkQuery {
  dense: Float32Array;
  lexical: SparseVector;
  filters: SearchFilters;
  /** Only points that one of these groups may read, or that have no groups. Undefined: all points. */
  groups?: readonly string[];
  /** Length of each list. */
  limit: number;
}

/** A hit, with the row from which it came. Its text is in `payloadsOf`: most hits are not read, and texts are long. */
export interface RankedChunk extends Pick<ChunkPayload, 'dataset' | 'docId' | 'contentHash'> {
  id: string;
  /** BM25 score, or cosine. Comparable only within its list. */
  score: number;
}

export interface RankedChunks {
  lexical: RankedChunk[];
  dense: RankedChunk[];
}
