import { shortHeading } from '../language/shortHeading';
import { PipelineError } from '../problems/problem';
import type { Embedder } from '../embedding/embedder';
import { encodeQuestion } from '../language/sparseText';
import type { RankedChunk, VectorIndex } from '../vectors/vectorIndex';
import { EVERY_READER, type DocumentAccess } from '../documents/documentAccess';
import type { DocumentFilters } from '../documents/documentQueries';
import type { DocumentKey, DocumentLookup, DocumentMetadata } from '../documents/documentLookup';
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
 * Errors: VECTORS_EMPTY when the index has nothing of documents that exist, so that nobody takes it for an answer;
 * EMBEDDING_*, other VECTORS_* and those of the look-up.
 */
export async function search(
  { vectors, embedder, documents }: SearchDependencies,
  { question, filters = {}, access, limit = DEFAULT_LIMIT }: SearchRequest,
): Promise<Passage[]> {
  const [dense] = await embedder.embed([question]);
  if (!dense) return [];
  const lexical = encodeQuestion(question);
  const groups = searchedGroups(access, filters.dataset);
  let picked: PickedHit[] = [];
  for (const depth of DEPTHS) {
    const rankings = await vectors.search({ dense, lexical, filters, groups, limit: depth });
    const hits = fuseRankings(rankings, embedder.fusion);
    picked = await pickHits(hits, limit, (keys) => documents.current(keys, access));
    if (hits.length === 0 && (await documents.exists(documentFilters(filters), access))) throw nothingIndexed();
    const isWhole = rankings.dense.length < depth && rankings.lexical.length < depth;
    if (picked.length >= limit || isWhole) break;
  }
  return readPassages(vectors, picked);
}

/**
 * Groups for the index to filter by, so that hidden documents do not use up the ranking. Undefined where no dataset is
 * restricted: the filter costs time, and the look-up in SQL decides in any case.
 */
function searchedGroups(access: DocumentAccess, dataset: string | undefined): readonly string[] | undefined {
  if (access === 'everything') return undefined;
  const { groups, datasets } = access;
  const isRestricted = dataset === undefined ? datasets.restricted.length > 0 : !datasets.open.includes(dataset);
  return isRestricted ? [...groups, EVERY_READER] : undefined;
}

function documentFilters({ publishedFrom: from, publishedTo: to, ...filters }: SearchFilters): DocumentFilters {
  return { ...filters, from, to };
}

/** The nearest chunk is found however far it is, so an index that gives none has none. */
function nothingIndexed(): PipelineError {
  return new PipelineError('VECTORS_EMPTY', 'There are documents, but the vector index has nothing of them.', {
    remedy:
      'Wait until the run that loads them has ended. If none is under way, the index was lost: run their dates again.',
  });
}

interface PickedHit {
  hit: RankedChunk;
  document: DocumentMetadata;
}

/** The first `limit` hits of current documents. Looks up a part of the ranking at a time: mostly the first part is enough. */
async function pickHits(
  hits: RankedChunk[],
  limit: number,
  current: (keys: DocumentKey[]) => Promise<DocumentMetadata[]>,
): Promise<PickedHit[]> {
  const taken = new Map<string, number>();
  const picked: PickedHit[] = [];
  const step = limit * PASSAGES_PER_DOCUMENT;
  for (let from = 0; from < hits.length && picked.length < limit; from += step) {
    const part = hits.slice(from, from + step);
    const known = await currentDocuments(part, current);
    for (const hit of part) {
      const key = keyText(hit);
      const document = known.get(key);
      const before = taken.get(key) ?? 0;
      if (!document || before >= PASSAGES_PER_DOCUMENT || picked.length >= limit) continue;
      taken.set(key, before + 1);
      picked.push({ hit, document });
    }
  }
  return picked;
}

async function currentDocuments(
  hits: RankedChunk[],
  current: (keys: DocumentKey[]) => Promise<DocumentMetadata[]>,
): Promise<Map<string, DocumentMetadata>> {
  const keys = new Map(
    hits.map(({ dataset, docId, contentHash }) => {
      const key = { dataset, docId, contentHash };
      return [keyText(key), key];
    }),
  );
  return new Map((await current([...keys.values()])).map((document) => [keyText(document), document]));
}

/** A point that has been removed since the search gives no passage. */
async function readPassages(vectors: VectorIndex, picked: PickedHit[]): Promise<Passage[]> {
  const payloads = await vectors.payloadsOf(picked.map(({ hit }) => hit.id));
  return picked.flatMap(({ hit, document }) => {
    const payload = payloads.get(hit.id);
    if (!payload) return [];
    const { dataset, docId, contentHash, title, author, publishedAt, category } = document;
    const { chunkNumber, text } = payload;
    const heading = { title: shortHeading(title), author: author === null ? null : shortHeading(author) };
    return [{ dataset, docId, contentHash, ...heading, publishedAt, category, chunkNumber, text, score: hit.score }];
  });
}

function keyText({ dataset, docId, contentHash }: DocumentKey): string {
  return JSON.stringify([dataset, docId, contentHash]);
}
