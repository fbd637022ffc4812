import { v5 as uuidVersion5 } from 'uuid';
import { CHUNKER_VERSION } from '../language/chunkText';
import type { ChunkPayload } from '../vectors/vectorIndex';

/** Our own namespace, as RFC 9562 requires, so that our ids differ from those of other systems with the same names. */
const NAMESPACE = '6f2c1b0a-7d2e-5c39-9a57-3e1f0c8d4b62';

/** What a point holds of its document and chunk, apart from what a run confirms. */
type PointContent = Pick<
  ChunkPayload,
  'dataset' | 'docId' | 'contentHash' | 'title' | 'author' | 'category' | 'publishedAt' | 'chunkNumber' | 'text'
>;

/**
 * Id of a chunk's point. The same content, chunked and embedded in the same way, always has the same id. So writing it twice
 * equals writing it once, and a point that exists proves that its chunk is already embedded. The hash of the row alone is
 * not enough: a changed contract takes other columns, or other types, of the same row.
 */
export function pointIdOf(content: PointContent, embedderId: string): string {
  const { dataset, docId, contentHash, title, author, category, publishedAt, chunkNumber, text } = content;
  // JSON keeps the parts of the name apart, so different lists of parts give different names.
  const name = JSON.stringify([
    ...[dataset, docId, contentHash, chunkNumber, CHUNKER_VERSION, embedderId],
    ...[title, author, category, publishedAt, text],
  ]);
  return uuidVersion5(name, NAMESPACE);
}
