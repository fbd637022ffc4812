/** A chunk of a current document, found for a question and joined to its metadata. */
export interface Passage {
  dataset: string;
  docId: string;
  contentHash: string;
  title: string;
  author: string | null;
  publishedAt: string | null;
  category: string | null;
  chunkNumber: number;
  /** Exact substring of the document's text. */
  text: string;
  score: number;
}

export interface SearchFilters {
  dataset?: string;
  author?: string;
  category?: string;
  /** Inclusive, `yyyy-mm-dd`. */
  publishedFrom?: string;
  publishedTo?: string;
}
