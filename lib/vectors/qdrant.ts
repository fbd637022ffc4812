// The package's types count as an ES module's, so its code is imported when it is first needed.
import type { QdrantClient, Schemas } from '@qdrant/js-client-rest' with { 'resolution-mode': 'import' };
import { LEXICON_VERSION } from '../language/sparseText';
import { PipelineError } from '../problems/problem';
import {
  fromStoredPayload,
  toDate,
  toDayNumber,
  toStoredGroups,
  toStoredPayload,
  type StoredPayload,
} from './chunkPayload';
import { isAbsent, toVectorsError } from './qdrantError';
import { confirmableFilter, pointFilter, searchFilter } from './qdrantFilter';
import type { ChunkPayload, ChunkPoint, RankedChunk, StoredPoint, VectorIndex } from './vectorIndex';

export interface QdrantIndexOptions {
  /** Without a port, Qdrant's default 6333 is used, as in its clients. A path is kept as a prefix. */
  url: string;
  apiKey?: string;
  /** Alias of the current collection for other readers; also the prefix of the collections' names. */
  alias: string;
  /** Each embedder has a collection of its own, so vectors of two models are never compared. */
  embedder: { id: string; dimensions: number };
  /** Each version of the word encoder has its own collection too. Default: the current one. */
  lexicon?: string;
  /** Of one request. Default 60,000. */
  timeoutInMilliseconds?: number;
  /** Size of the candidate list of a dense search: the larger, the more of the exact answer it finds. Default 512. */
  hnswEf?: number;
  /** Whether answers may be compressed; auto: unless the server is on this machine. Default auto. */
  compression?: 'auto' | 'on' | 'off';
}

const DENSE = 'dense';
const LEXICAL = 'lexical';
const PAGE_SIZE = 1000;
/** What a hit has of its payload. */
const KEY_FIELDS = ['dataset', 'doc_id', 'content_hash'];
/** See docs/retrieval.md for the recall of this and other values. */
const DEFAULT_HNSW_EF = 512;

const PAYLOAD_INDEXES: Record<string, 'keyword' | 'integer'> = {
  dataset: 'keyword',
  doc_id: 'keyword',
  content_hash: 'keyword',
  author: 'keyword',
  category: 'keyword',
  allowed_groups: 'keyword',
  ingest_date: 'integer',
  published_day: 'integer',
  chunk_number: 'integer',
  run_id: 'keyword',
};

/** The vector index on Qdrant's REST API: a named dense vector (cosine) and a sparse one weighted by idf per chunk. */
export function createQdrantIndex(options: QdrantIndexOptions): VectorIndex {
  const { url, alias, embedder, lexicon = LEXICON_VERSION, hnswEf = DEFAULT_HNSW_EF } = options;
  const collection = `${alias}__${embedder.id}__${lexicon}`;
  let connection: Promise<QdrantClient> | undefined;

  type Work<Result> = (client: QdrantClient) => Promise<Result>;
  const attempt = async <Result>(action: string, work: Work<Result>): Promise<Result> => {
    try {
      return await work(await (connection ??= connect(options)));
    } catch (error) {
      throw toVectorsError(error, action, url);
    }
  };
  /** The same, but a collection that does not exist yet counts as empty. */
  const unlessAbsent = <Result>(action: string, absent: Result, work: Work<Result>): Promise<Result> =>
    attempt(action, async (client) => {
      try {
        return await work(client);
      } catch (error) {
        if (isAbsent(error)) return absent;
        throw error;
      }
    });

  return {
    ensure: () =>
      attempt('create the collection', async (client) => {
        await createCollection(client, collection, embedder.dimensions);
        const { payload_schema: indexes } = checkShape(await client.getCollection(collection), collection, embedder);
        for (const [field, schema] of Object.entries(PAYLOAD_INDEXES)) {
          if (indexes[field]) continue;
          await client.createPayloadIndex(collection, { field_name: field, field_schema: schema, wait: true });
        }
        await pointAlias(client, alias, collection);
      }),

    datesOf: (ids) =>
      attempt('look up points', async (client) => {
        if (ids.length === 0) return new Map();
        const records = await client.retrieve(collection, { ids, with_payload: ['ingest_date'], with_vector: false });
        return new Map(records.map(({ id, payload }) => [String(id), toDate(payload?.ingest_date)]));
      }),

    upsert: (points) =>
      attempt('store points', async (client) => {
        if (points.length > 0) await client.upsert(collection, { wait: true, points: points.map(toStoredPoint) });
      }),

    confirm: (ids, { date, runId, allowedGroups, newerDate = date }) =>
      attempt('update points', async (client) => {
        if (ids.length === 0) return;
        const payload = {
          ingest_date: toDayNumber(date),
          run_id: runId,
          allowed_groups: toStoredGroups(allowedGroups),
        };
        // By filter: Qdrant refuses ids of absent points when they are named directly.
        await client.setPayload(collection, { payload, filter: confirmableFilter(ids, newerDate), wait: true });
      }),

    async *points(filter) {
      let offset: Schemas['ExtendedPointId'] | undefined;
      do {
        const page = await unlessAbsent('list points', undefined, (client) =>
          client.scroll(collection, {
            filter: pointFilter(filter),
            limit: PAGE_SIZE,
            offset,
            with_payload: ['doc_id', 'content_hash', 'chunker', 'ingest_date'],
            with_vector: false,
          }),
        );
        if (page && page.points.length > 0) yield page.points.map(fromRecord);
        offset = (page?.next_page_offset as Schemas['ExtendedPointId'] | null | undefined) ?? undefined;
      } while (offset !== undefined);
    },

    count: (filter) =>
      unlessAbsent('count points', 0, async (client) => {
        return (await client.count(collection, { filter: pointFilter(filter), exact: true })).count;
      }),

    remove: (filter) =>
      attempt('delete points', async (client) => {
        await client.delete(collection, { filter: pointFilter(filter), wait: true });
      }),

    search: ({ dense, lexical, filters, groups, limit }) =>
      unlessAbsent('search', { lexical: [], dense: [] }, async (client) => {
        const common = { filter: searchFilter(filters, groups), limit, with_payload: KEY_FIELDS };
        const searches: Schemas['QueryRequest'][] = [
          { ...common, query: [...dense], using: DENSE, params: { hnsw_ef: hnswEf } },
        ];
        // A question with only stop words has no terms.
        if (lexical.indices.length > 0) searches.push({ ...common, query: lexical, using: LEXICAL });
        const [byMeaning, byWords] = await client.queryBatch(collection, { searches });
        return { lexical: (byWords?.points ?? []).map(toRanked), dense: (byMeaning?.points ?? []).map(toRanked) };
      }),

    payloadsOf: (ids) =>
      unlessAbsent('read points', new Map<string, ChunkPayload>(), async (client) => {
        if (ids.length === 0) return new Map<string, ChunkPayload>();
        const records = await client.retrieve(collection, { ids, with_payload: true, with_vector: false });
        return new Map(records.map(({ id, payload }) => [String(id), fromStoredPayload(payload as StoredPayload)]));
      }),

    rarityOf: (termIds) =>
      unlessAbsent('weigh terms', new Map<number, number>(), async (client) => {
        if (termIds.length === 0) return new Map<number, number>();
        const { count } = await client.count(collection, { exact: false });
        const searches = termIds.map((termId) => ({
          query: { indices: [termId], values: [1] },
          using: LEXICAL,
          limit: 1,
          with_vector: [LEXICAL],
        }));
        const answers = await client.queryBatch(collection, { searches });
        return new Map(
          termIds.map((termId, position) => [termId, rarityIn(answers[position]?.points[0], termId, count)]),
        );
      }),

    check: () =>
      // A search, because Qdrant answers its version also to callers with a wrong key. No point has an id of no ids.
      unlessAbsent('answer a search', undefined, async (client) => {
        const query = Array.from({ length: embedder.dimensions }, (_, index) => (index === 0 ? 1 : 0));
        const search = { query, using: DENSE, limit: 1, filter: { must: [{ has_id: [] }] } };
        await client.queryBatch(collection, { searches: [search] });
      }),
  };
}

async function connect(options: QdrantIndexOptions): Promise<QdrantClient> {
  const { url, apiKey, timeoutInMilliseconds = 60_000, compression = 'auto' } = options;
  const { QdrantClient } = await import('@qdrant/js-client-rest');
  const { protocol, hostname, pathname } = new URL(url);
  // `URL` drops the default port of the scheme, and the client would then use 6333.
  const port = /^\w+:\/\/[^/]*:(\d+)(?:\/|$)/.exec(url)?.[1];
  return new QdrantClient({
    host: hostname,
    port: port === undefined ? 6333 : Number(port),
    https: protocol === 'https:',
    prefix: pathname.replace(/\/+$/, ''),
    apiKey,
    headers: isCompressed(compression, hostname) ? undefined : { 'accept-encoding': 'identity' },
    timeout: timeoutInMilliseconds,
    // Otherwise it asks the server for its version at start and prints to the console.
    checkCompatibility: false,
  });
}

/** Compression costs more time than it saves on a connection within this machine. */
function isCompressed(compression: 'auto' | 'on' | 'off', hostname: string): boolean {
  if (compression !== 'auto') return compression === 'on';
  return !/^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/i.test(hostname);
}

async function createCollection(client: QdrantClient, collection: string, dimensions: number): Promise<void> {
  if ((await client.collectionExists(collection)).exists) return;
  try {
    await client.createCollection(collection, {
      vectors: { [DENSE]: { size: dimensions, distance: 'Cosine' } },
      sparse_vectors: { [LEXICAL]: { modifier: 'idf' } },
    });
  } catch (error) {
    // Another run may have just created it.
    if (!(await client.collectionExists(collection)).exists) throw error;
  }
}

function checkShape(
  info: Schemas['CollectionInfo'],
  collection: string,
  { dimensions }: { dimensions: number },
): Schemas['CollectionInfo'] {
  const { vectors, sparse_vectors: sparse } = info.config.params;
  const dense = (vectors as Record<string, Schemas['VectorParams'] | undefined> | undefined)?.[DENSE];
  const lexical = (sparse as Record<string, Schemas['SparseVectorParams'] | undefined> | undefined)?.[LEXICAL];
  if (dense?.size === dimensions && dense.distance === 'Cosine' && lexical?.modifier === 'idf') return info;
  throw new PipelineError(
    'VECTORS_COLLECTION_MISMATCH',
    `The collection ${collection} does not have the expected shape.`,
    {
      found: JSON.stringify({ vectors, sparse_vectors: sparse }),
      expected: `"${DENSE}" with ${dimensions} dimensions and Cosine, "${LEXICAL}" with modifier idf`,
      remedy: `Delete the collection ${collection} and run the ingests again, or choose another QDRANT_ALIAS.`,
    },
  );
}

async function pointAlias(client: QdrantClient, alias: string, collection: string): Promise<void> {
  const { aliases } = await client.getAliases();
  const current = aliases.find((entry) => entry.alias_name === alias);
  if (current?.collection_name === collection) return;
  await client.updateCollectionAliases({
    actions: [
      ...(current ? [{ delete_alias: { alias_name: alias } }] : []),
      { create_alias: { alias_name: alias, collection_name: collection } },
    ],
  });
}

function toStoredPoint({ id, dense, lexical, payload }: ChunkPoint): Schemas['PointStruct'] {
  // Six decimals keep a unit vector's direction to a millionth, and halve the request.
  const rounded = Array.from(dense, (value) => Math.round(value * 1e6) / 1e6);
  return {
    id,
    vector: { [DENSE]: rounded, ...(lexical.indices.length > 0 && { [LEXICAL]: lexical }) },
    payload: toStoredPayload(payload),
  };
}

function fromRecord({ id, payload }: Schemas['Record']): StoredPoint {
  const { docId, contentHash, chunker, ingestDate } = fromStoredPayload(payload as StoredPayload);
  return { id: String(id), docId, contentHash, chunker, ingestDate };
}

function toRanked({ id, score, payload }: Schemas['ScoredPoint']): RankedChunk {
  const { dataset, docId, contentHash } = fromStoredPayload(payload as StoredPayload);
  return { id: String(id), score, dataset, docId, contentHash };
}

/** Qdrant does not report idf, but a search for one term scores its best point with idf times the point's stored weight. */
function rarityIn(best: Schemas['ScoredPoint'] | undefined, termId: number, pointCount: number): number {
  const stored = (best?.vector as Record<string, Schemas['SparseVector'] | undefined> | undefined)?.[LEXICAL];
  const weight = stored?.values[stored.indices.indexOf(termId)];
  // Qdrant's idf for a term that no point has.
  return best && weight ? best.score / weight : Math.log(1 + (pointCount + 0.5) / 0.5);
}
