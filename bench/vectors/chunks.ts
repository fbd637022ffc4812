import { seededRandom } from '../reliability/seededRandom';

/** Generated chunks, of the shape that the app stores. */
export const DIMENSIONS = 512;
export const WORDS_PER_CHUNK = 80;

const random = seededRandom(1);

export const vector = (): number[] =>
  Array.from({ length: DIMENSIONS }, () => Math.round((random() - 0.5) * 1e6) / 1e6);

/** Frequent and rare words, as in text: the third power makes a few words common. */
export function words(count: number): { indices: number[]; values: number[] } {
  const indices = new Set<number>();
  while (indices.size < count) indices.add(Math.floor(random() ** 3 * 200_000));
  return { indices: [...indices], values: Array.from(indices, () => 0.5 + random()) };
}

export function chunk(number: number) {
  const id = `${number.toString(16).padStart(8, '0')}-0000-5000-8000-000000000000`;
  const document = Math.floor(number / 10);
  const payload = {
    dataset: 'articles',
    doc_id: `document-${document}`,
    content_hash: `hash-${document}`,
    author: `author ${document % 500}`,
    category: `category ${document % 20}`,
    allowed_groups: [],
    ingest_date: 20_000,
    published_day: 15_000 + (document % 3000),
    chunk_number: number % 10,
    run_id: 'run-1',
    text: 'Words of the chunk, one after another. '.repeat(20),
  };
  return { id, vector: { dense: vector(), lexical: words(WORDS_PER_CHUNK) }, payload };
}

export const CONFIG = {
  vectors: { dense: { size: DIMENSIONS, distance: 'Cosine' } },
  sparse_vectors: { lexical: { modifier: 'idf' } },
};

/** Payload indexes by type. */
export const INDEXES = {
  keyword: ['dataset', 'doc_id', 'content_hash', 'author', 'category', 'allowed_groups', 'run_id'],
  integer: ['ingest_date', 'published_day', 'chunk_number'],
};
