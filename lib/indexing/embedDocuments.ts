import type { DocumentRow } from '../documents/document';
import type { ChunkPayload, VectorIndex } from '../vectors/vectorIndex';
import { mapAll } from '../concurrency/mapInOrder';
import type { RunKey } from '../runs/runKey';
import { CHUNKER_VERSION, chunkText } from '../language/chunkText';
import type { TextChunker } from '../language/textChunker';
import type { Embedder } from '../embedding/embedder';
import { encodeTexts } from '../language/encodeTexts';
import { shortHeading } from '../language/shortHeading';
import { pointIdOf } from './pointId';

export interface EmbedDependencies {
  vectors: VectorIndex;
  embedder: Embedder;
  /** Splits the texts. Default: in this thread. */
  chunker?: Pick<TextChunker, 'chunk'>;
}

export interface EmbedResult {
  /** Rows read. */
  documents: number;
  /** Chunks that were embedded and stored now. */
  embedded: number;
  /** Chunks that the index already had; those of older partitions were moved to this date. */
  reused: number;
  /** Points of older partitions that were deleted, since these documents replace them. */
  deleted: number;
  /** Rows left out because a newer partition of the same document is in the index. */
  superseded: number;
}

/** How far the embedding of a part is. */
export interface EmbedProgress {
  /** Documents that are split into chunks. */
  documents: number;
  /** Their chunks. */
  found: number;
  embedded: number;
  reused: number;
}

export interface EmbedOptions {
  cancelled?: AbortSignal;
  /** Called after each look-up and each stored request. */
  report?: (progress: EmbedProgress) => void;
  /**
   * A newer date from which the documents were removed. Points up to this date do not supersede them, and those with the same
   * content are moved to the date of the documents.
   */
  removedFrom?: string;
}

/** A chunk on its way to the index. */
interface PlannedChunk {
  id: string;
  /** Text for the embedding: the title and the chunk. */
  denseText: string;
  /** Text for the search by words: title, author and the chunk. */
  lexicalText: string;
  payload: ChunkPayload;
}

/** Documents on their way to the index. When their last chunk is stored, their points of older partitions are deleted. */
interface DocumentBatch {
  docIds: string[];
  /** Chunks that are not yet stored; plus one until all are planned. */
  waiting: number;
}

/** A chunk that the index does not have, and the batch of its document. */
interface AbsentChunk {
  chunk: PlannedChunk;
  batch: DocumentBatch;
}

/** Chunks embedded and stored in one request: about a megabyte on the wire at 512 dimensions. */
const CHUNKS_PER_REQUEST = 128;
/** Requests in progress at the same time: the model computes one, another is stored, a third waits. */
const REQUESTS_SIDE_BY_SIDE = 3;
/** Documents looked up at once, and chunks in one look-up. Both bound the memory. */
const CHUNKS_PER_LOOKUP = 1024;

/**
 * Brings a part's documents into the index: chunks whose point id is absent are embedded and stored, the others cost only a
 * look-up, and all are confirmed for the run. When a batch of documents is stored, its points of older partitions are
 * deleted; stale points of this partition stay until `removeStalePoints`. Safe to repeat, and several parts may run side by
 * side. Memory: a few requests and one batch of documents, whatever the size of the part. Errors: VECTORS_* and
 * EMBEDDING_*, or the reason of `cancelled`, thrown when the requests under way have ended.
 */
export async function embedDocuments(
  dependencies: EmbedDependencies,
  documents: AsyncIterable<DocumentRow[]>,
  run: RunKey,
  { cancelled, report, removedFrom }: EmbedOptions = {},
): Promise<EmbedResult> {
  const result: EmbedResult = { documents: 0, embedded: 0, reused: 0, deleted: 0, superseded: 0 };
  const split = { documents: 0, found: 0 };
  const reportNow = (): void => report?.({ ...split, embedded: result.embedded, reused: result.reused });

  const arrive = async (batch: DocumentBatch, chunks: number): Promise<void> => {
    batch.waiting -= chunks;
    if (batch.waiting > 0) return;
    const deleted = await removeOlder(dependencies, batch.docIds, run);
    result.deleted += deleted;
  };
  const store = async (items: AbsentChunk[]): Promise<void> => {
    cancelled?.throwIfAborted();
    await storeChunks(
      dependencies,
      items.map(({ chunk }) => chunk),
    );
    result.embedded += items.length;
    reportNow();
    for (const batch of new Set(items.map((item) => item.batch))) {
      await arrive(batch, items.filter((item) => item.batch === batch).length);
    }
  };
  async function* requests(): AsyncGenerator<AbsentChunk[]> {
    const missing: AbsentChunk[] = [];
    for await (const rows of documents) {
      cancelled?.throwIfAborted();
      const current = await withoutSuperseded(dependencies, rows, {
        dataset: run.dataset,
        date: removedFrom ?? run.date,
      });
      result.documents += rows.length;
      result.superseded += rows.length - current.length;
      const batch: DocumentBatch = { docIds: current.map(({ docId }) => docId), waiting: 1 };
      split.documents += rows.length - current.length;
      for await (const { planned, documents } of planChunks(dependencies, current, run)) {
        split.documents += documents;
        split.found += planned.length;
        const absent = await confirmPresent(dependencies, planned, { ...run, newerDate: removedFrom });
        result.reused += planned.length - absent.length;
        reportNow();
        batch.waiting += absent.length;
        missing.push(...absent.map((chunk) => ({ chunk, batch })));
        while (missing.length >= CHUNKS_PER_REQUEST) yield missing.splice(0, CHUNKS_PER_REQUEST);
      }
      await arrive(batch, 1);
    }
    if (missing.length > 0) yield missing;
  }
  await mapAll(requests(), REQUESTS_SIDE_BY_SIDE, store);
  return result;
}

async function withoutSuperseded(
  { vectors }: EmbedDependencies,
  rows: DocumentRow[],
  { dataset, date }: Pick<RunKey, 'dataset' | 'date'>,
): Promise<DocumentRow[]> {
  const newer = new Set<string>();
  const docIds = rows.map((row) => row.docId);
  for await (const points of vectors.points({ dataset, docIds, chunkNumber: 0, date: { after: date } })) {
    for (const { docId } of points) newer.add(docId);
  }
  return rows.filter((row) => !newer.has(row.docId));
}

async function* planChunks(
  { embedder, chunker = { chunk: chunkText } }: EmbedDependencies,
  rows: DocumentRow[],
  { dataset, date, runId }: RunKey,
): AsyncIterable<{ planned: PlannedChunk[]; documents: number }> {
  let planned: PlannedChunk[] = [];
  let documents = 0;
  for (const row of rows) {
    const chunks = await chunker.chunk(row.text);
    const [title, author] = [shortHeading(row.title), shortHeading(row.author ?? '')];
    for (const [chunkNumber, chunk] of chunks.entries()) {
      const payload: ChunkPayload = {
        dataset,
        docId: row.docId,
        contentHash: row.contentHash,
        title: row.title,
        author: row.author,
        category: row.category,
        allowedGroups: row.allowedGroups,
        publishedAt: row.publishedAt,
        ingestDate: date,
        chunkNumber,
        chunkCount: chunks.length,
        chunkStart: chunk.start,
        text: chunk.text,
        chunker: CHUNKER_VERSION,
        runId,
      };
      planned.push({
        id: pointIdOf(payload, embedder.id),
        denseText: `${title}\n${chunk.text}`,
        lexicalText: `${title}\n${author}\n${chunk.text}`,
        payload,
      });
    }
    documents += 1;
    if (planned.length >= CHUNKS_PER_LOOKUP) {
      yield { planned, documents };
      planned = [];
      documents = 0;
    }
  }
  if (documents > 0) yield { planned, documents };
}

/** Confirms the chunks that the index has, and returns the others. */
async function confirmPresent(
  { vectors }: EmbedDependencies,
  planned: PlannedChunk[],
  run: RunKey & { newerDate?: string },
): Promise<PlannedChunk[]> {
  const dates = await vectors.datesOf(planned.map(({ id }) => id));
  const present = planned.filter(({ id }) => dates.has(id));
  // Access may change while the row, and with it the point, stays the same.
  const idsByGroups = new Map<string, string[]>();
  for (const { id, payload } of present) {
    const groups = JSON.stringify(payload.allowedGroups);
    const ids = idsByGroups.get(groups);
    if (ids) ids.push(id);
    else idsByGroups.set(groups, [id]);
  }
  for (const [groups, ids] of idsByGroups) {
    await vectors.confirm(ids, { ...run, allowedGroups: JSON.parse(groups) as string[] | null });
  }
  return planned.filter(({ id }) => !dates.has(id));
}

/** Counts first: nearly always there is nothing to delete, and a count costs the index less than a deletion. */
async function removeOlder(
  { vectors }: EmbedDependencies,
  docIds: string[],
  { dataset, date }: RunKey,
): Promise<number> {
  if (docIds.length === 0) return 0;
  const older = { dataset, docIds, date: { before: date } };
  const count = await vectors.count(older);
  if (count > 0) await vectors.remove(older);
  return count;
}

async function storeChunks({ vectors, embedder }: EmbedDependencies, chunks: PlannedChunk[]): Promise<void> {
  const embeddings = embedder.embed(chunks.map(({ denseText }) => denseText));
  // Words are encoded here while the model computes elsewhere.
  const [dense, lexical] = await Promise.all([embeddings, encodeTexts(chunks.map(({ lexicalText }) => lexicalText))]);
  await vectors.upsert(
    chunks.map(({ id, payload }, position) => ({
      id,
      payload,
      dense: dense[position] ?? new Float32Array(),
      lexical: lexical[position] ?? { indices: [], values: [] },
    })),
  );
}
