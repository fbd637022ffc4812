import type { DocumentAccess } from './documentAccess';
import type { DocumentFilters } from './documentQueries';

/** Names one version of a document. */
export interface DocumentKey {
  dataset: string;
  docId: string;
  contentHash: string;
}

/** A current document as SQL has it. */
export interface DocumentMetadata extends DocumentKey {
  title: string;
  author: string | null;
  /** ISO 8601 date or timestamp. */
  publishedAt: string | null;
  category: string | null;
}

/** Finds which versions of documents are current. Implemented on the metadata database. */
export interface DocumentLookup {
  /**
   * Those of the keys whose document exists with exactly this content hash and may be read, in any order; the others are
   * left out. At most a few hundred keys. Database out of reach: a retryable PipelineError.
   */
  current(keys: DocumentKey[], access: DocumentAccess): Promise<DocumentMetadata[]>;
  /** True when a current document fits the filters and may be read. */
  exists(filters: DocumentFilters, access: DocumentAccess): Promise<boolean>;
}
