import { v5 as uuidVersion5 } from 'uuid';
import { CHUNKER_VERSION } from '../language/chunkText';

/** Our own namespace, as RFC 9562 requires, so that our ids differ from those of other systems with the same names. */
const NAMESPACE = '6f2c1b0a-7d2e-5c39-9a57-3e1f0c8d4b62';

/**
 * Id of a chunk's point. The same row, chunked and embedded in the same way, always has the same id. So writing it twice
 * equals writing it once, and a point that exists proves that its chunk is already embedded.
 */
export function pointIdOf(
  row: { dataset: string; docId: string; contentHash: string },
  chunkNumber: number,
  embedderId: string,
): string {
  // JSON keeps the parts of the name apart, so different lists of parts give different names.
  const name = JSON.stringify([row.dataset, row.docId, row.contentHash, chunkNumber, CHUNKER_VERSION, embedderId]);
  return uuidVersion5(name, NAMESPACE);
}
