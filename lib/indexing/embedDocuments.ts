import type { DocumentRow } from '../documents/document';
import type { ChunkPayload, VectorIndex } from '../vectors/vectorIndex';
import { mapInOrder } from '../concurrency/mapInOrder';
import { CHUNKER_VERSION, chunkText } from '../language/chunkText';
import type { Embedder } from '../embedding/embedder';
import { encodeText } from '../language/sparseText';
import { pointIdOf } from './pointId';

export interface EmbedDependencies {
  vectors: VectorIndex;
  embedder: Embedder;
}

/** The partition that is filled: `date` is `yyyy-mm-dd`. */
export interface PartitionKey {
  dataset: string;
  date: string;
}

export interface EmbedResult {
  /** Rows read. */
  documents: number;
  /** Chunks that were embedded and stored now. */
  embedded: number;
  /** Chunks that the index had already; those of older partitions were moved to this date. */
  reused: number;
  /** Rows left out because a newer partition of the same document is in the index. */
  superseded: number;
}

/** A chunk on its way to the index. */
interface PlannedChunk {
  id: string;
  /** What is embedded: the title, and the chunk. */
  denseText: string;
  /** What is found by words: title, author, and the chunk. */
  lexicalText: string;
  payload: ChunkPayload;
}

/** Chunks embedded and stored in one request: about a megabyte on the wire at 512 dimensions. */
const CHUNKS_PER_REQUEST = 128;
/** Requests embedded or stored at the same time: the model computes one while another is stored and a third waits. */
const REQUESTS_SIDE_BY_SIDE = 3;
/** Documents looked up at once, and the chunks one look-up may hold; both bound memory. */
const CHUNKS_PER_LOOKUP = 1024;

/**
 * Brings a partition's documents into the index: chunks whose point id is absent are embedded and stored, the others cost
 * a look-up. Repeating it, or running several parts side by side, changes nothing. Stale points stay until
 * `deleteStalePoints`. Memory is bounded by a few requests and one batch of documents, whatever the partition's size.
 * Errors: VECTORS_* and EMBEDDING_*, after the requests under way have ended.
 */
export async function embedDocuments(
  dependencies: EmbedDependencies,
  documents: AsyncIterable<DocumentRow[]>,
  partition: PartitionKey,
): Promise<EmbedResult> {
  const result: EmbedResult = { documents: 0, embedded: 0, reused: 0, superseded: 0 };
  async function* requests(): AsyncGenerator<PlannedChunk[]> {
    const missing: PlannedChunk[] = [];
    for await (const rows of documents) {
      const current = await withoutSuperseded(dependencies, rows, partition);
      result.documents += rows.length;
      result.superseded += rows.length - current.length;
      for await (const planned of planChunks(current, partition, dependencies.embedder.id)) {
        const absent = await keepPresent(dependencies, planned, partition);
        result.reused += planned.length - absent.length;
        missing.push(...absent);
        while (missing.length >= CHUNKS_PER_REQUEST) yield missing.splice(0, CHUNKS_PER_REQUEST);
      }
    }
    if (missing.length > 0) yield missing;
  }
  const store = (chunks: PlannedChunk[]): Promise<void> => storeChunks(dependencies, chunks);
  for await (const { item } of mapInOrder(requests(), REQUESTS_SIDE_BY_SIDE, store)) result.embedded += item.length;
  return result;
}

async function withoutSuperseded(
  { vectors }: EmbedDependencies,
  rows: DocumentRow[],
  { dataset, date }: PartitionKey,
): Promise<DocumentRow[]> {
  const newer = new Set<string>();
  const docIds = rows.map((row) => row.docId);
  for await (const points of vectors.points({ dataset, docIds, chunkNumber: 0, date: { after: date } })) {
    for (const { docId } of points) newer.add(docId);
  }
  return rows.filter((row) => !newer.has(row.docId));
}

async function* planChunks(
  rows: DocumentRow[],
  partition: PartitionKey,
  embedderId: string,
): AsyncIterable<PlannedChunk[]> {
  let planned: PlannedChunk[] = [];
  for (const row of rows) {
    const chunks = await chunkText(row.text);
    for (const [chunkNumber, chunk] of chunks.entries()) {
      planned.push({
        id: pointIdOf({ ...row, dataset: partition.dataset }, chunkNumber, embedderId),
        denseText: `${row.title}\n${chunk.text}`,
        lexicalText: `${row.title}\n${row.author ?? ''}\n${chunk.text}`,
        payload: {
          dataset: partition.dataset,
          docId: row.docId,
          contentHash: row.contentHash,
          title: row.title,
          author: row.author,
          category: row.category,
          publishedAt: row.publishedAt,
          ingestDate: partition.date,
          chunkNumber,
          chunkCount: chunks.length,
          chunkStart: chunk.start,
          text: chunk.text,
          chunker: CHUNKER_VERSION,
        },
      });
    }
    if (planned.length >= CHUNKS_PER_LOOKUP) {
      yield planned;
      planned = [];
    }
  }
  if (planned.length > 0) yield planned;
}

/** Moves the chunks that the index has to this partition, and returns the others. */
async function keepPresent(
  { vectors }: EmbedDependencies,
  planned: PlannedChunk[],
  { date }: PartitionKey,
): Promise<PlannedChunk[]> {
  const dates = await vectors.datesOf(planned.map(({ id }) => id));
  const older = [...dates].filter(([, pointDate]) => pointDate < date).map(([id]) => id);
  await vectors.moveToDate(older, date);
  return planned.filter(({ id }) => !dates.has(id));
}

async function storeChunks({ vectors, embedder }: EmbedDependencies, chunks: PlannedChunk[]): Promise<void> {
  const embeddings = embedder.embed(chunks.map(({ denseText }) => denseText));
  // Words are encoded here while the model computes elsewhere.
  const lexical = chunks.map(({ lexicalText }) => encodeText(lexicalText));
  const dense = await embeddings;
  await vectors.upsert(
    chunks.map(({ id, payload }, position) => ({
      id,
      payload,
      dense: dense[position] ?? new Float32Array(),
      lexical: lexical[position] ?? { indices: [], values: [] },
    })),
  );
}
