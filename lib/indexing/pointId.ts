import { v5 as uuidVersion5 } from 'uuid';
import { CHUNKER_VERSION } from '../language/chunkText';

/** A namespace of our own, as RFC 9562 asks for: ids of other makers with the same names never meet ours. */
const NAMESPACE = '6f2c1b0a-7d2e-5c39-9a57-3e1f0c8d4b62';

/**
 * Id of a chunk's point: the same row, chunked and embedded the same way, always has the same one, so writing it twice is
 * writing it once, and its presence proves that nothing is left to embed.
 */
export function pointIdOf(
  row: { dataset: string; docId: string; contentHash: string },
  chunkNumber: number,
  embedderId: string,
): string {
  // As JSON, so that no two lists of parts run together into the same name.
  const name = JSON.stringify([row.dataset, row.docId, row.contentHash, chunkNumber, CHUNKER_VERSION, embedderId]);
  return uuidVersion5(name, NAMESPACE);
}
