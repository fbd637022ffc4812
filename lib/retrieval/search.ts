import { shortHeading } from '../language/shortHeading';
import type { Embedder } from '../embedding/embedder';
import { encodeQuestion } from '../language/sparseText';
import type { RankedChunk, VectorIndex } from '../vectors/vectorIndex';
import { EVERY_READER, type DocumentAccess } from '../documents/documentAccess';
import type { DocumentLookup, DocumentMetadata } from '../documents/documentLookup';
import { fuseRankings } from './fuseRankings';
import type { Passage, SearchFilters } from '../vectors/passage';

export interface SearchDependencies {
  vectors: VectorIndex;
  embedder: Embedder;
  documents: DocumentLookup;
}

export interface SearchRequest {
  question: string;
  filters?: SearchFilters;
  access: DocumentAccess;
  /** Passages wanted; default 20. */
  limit?: number;
}

const DEFAULT_LIMIT = 20;
/** Limit for each document, so that one long document cannot fill the answer. */
const PASSAGES_PER_DOCUMENT = 2;
/** Length of each ranking. Longer ones are requested when too few remain without stale hits. */
const DEPTHS = [100, 400, 1600];

/**
 * Passages of current documents for a question, best first: two rankings, by words (BM25) and by meaning, fused by the
 * embedder's weights, each hit joined to SQL by document and content hash. Hits of replaced or removed rows, and of documents that may not be
 * read, are dropped.
 * An empty index gives no passages. Errors: EMBEDDING_*, VECTORS_* and those of the look-up.
 */
export async function search(
  { vectors, embedder, documents }: SearchDependencies,
  { question, filters = {}, access, limit = DEFAULT_LIMIT }: SearchRequest,
): Promise<Passage[]> {
  const [dense] = await embedder.embed([question]);
  if (!dense) return [];
  const lexical = encodeQuestion(question);
  const groups = searchedGroups(access, filters.dataset);
  let passages: Passage[] = [];
  for (const depth of DEPTHS) {
    const rankings = await vectors.search({ dense, lexical, filters, groups, limit: depth });
    const hits = fuseRankings(rankings, embedder.fusion);
    passages = pickPassages(hits, await currentDocuments(documents, hits, access), limit);
    const isWhole = rankings.dense.length < depth && rankings.lexical.length < depth;
    if (passages.length >= limit || isWhole) break;
  }
  return passages;
}

/**
 * Groups for the index to filter by, so that hidden documents do not use up the ranking. Undefined where no dataset is
 * restricted: the filter costs time, and the look-up in SQL decides in any case.
 */
function searchedGroups(access: DocumentAccess, dataset: string | undefined): readonly string[] | undefined {
  if (access === 'everything') return undefined;
  const { groups, restrictedDatasets } = access;
  const isRestricted = dataset === undefined ? restrictedDatasets.length > 0 : restrictedDatasets.includes(dataset);
  return isRestricted ? [...groups, EVERY_READER] : undefined;
}

async function currentDocuments(
  documents: DocumentLookup,
  hits: RankedChunk[],
  access: DocumentAccess,
): Promise<Map<string, DocumentMetadata>> {
  const keys = new Map(
    hits.map(({ payload: { dataset, docId, contentHash } }) => {
      const key = { dataset, docId, contentHash };
      return [keyText(key), key];
    }),
  );
  if (keys.size === 0) return new Map();
  const current = await documents.current([...keys.values()], access);
  return new Map(current.map((document) => [keyText(document), document]));
}

function pickPassages(hits: RankedChunk[], current: Map<string, DocumentMetadata>, limit: number): Passage[] {
  const taken = new Map<DocumentMetadata, number>();
  const passages: Passage[] = [];
  for (const { payload, score } of hits) {
    const document = current.get(keyText(payload));
    if (!document || (taken.get(document) ?? 0) >= PASSAGES_PER_DOCUMENT) continue;
    taken.set(document, (taken.get(document) ?? 0) + 1);
    const { dataset, docId, contentHash, title, author, publishedAt, category } = document;
    const { chunkNumber, text } = payload;
    passages.push({
      dataset,
      docId,
      contentHash,
      title: shortHeading(title),
      author: author === null ? null : shortHeading(author),
      publishedAt,
      category,
      chunkNumber,
      text,
      score,
    });
    if (passages.length >= limit) break;
  }
  return passages;
}

function keyText({ dataset, docId, contentHash }: { dataset: string; docId: string; contentHash: string }): string {
  return JSON.stringify([dataset, docId, contentHash]);
}
