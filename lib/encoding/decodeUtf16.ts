import { EncodingFault } from './encodingFault';
import { countLineFeeds } from './countLineFeeds';
import { isWellFormed } from './wellFormed';

/** Half of a surrogate pair without its other half. */
const LONE_SURROGATE = /\p{Surrogate}/u;

/**
 * Decodes UTF-16 to UTF-8, block by block. `skip`: length of the byte order mark. Throws EncodingFault at an unpaired
 * surrogate, and when the number of bytes is odd.
 */
export async function* decodeUtf16(
  blocks: AsyncIterable<Buffer>,
  encoding: 'utf-16le' | 'utf-16be',
  skip: number,
): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0);
  let offset = 0;
  let line = 1;
  const decode = (bytes: Buffer): Buffer => {
    const units = Buffer.from(bytes);
    if (encoding === 'utf-16be') units.swap16();
    const text = units.toString('utf16le');
    if (!isWellFormed(text)) {
      const at = text.search(LONE_SURROGATE);
      const code = text.charCodeAt(at).toString(16).toUpperCase();
      const before = countLineFeeds(Buffer.from(text.slice(0, at)));
      throw new EncodingFault(encoding, `the unpaired surrogate U+${code}`, offset + 2 * at, line + before);
    }
    const decoded = Buffer.from(text);
    offset += bytes.length;
    line += countLineFeeds(decoded);
    return decoded;
  };
  let skipped = 0;
  for await (const block of blocks) {
    const content = block.subarray(Math.min(block.length, skip - skipped));
    skipped += block.length - content.length;
    offset += block.length - content.length;
    const bytes = rest.length > 0 ? Buffer.concat([rest, content]) : content;
    const whole = wholeLength(bytes, encoding);
    rest = bytes.subarray(whole);
    if (whole > 0) yield decode(bytes.subarray(0, whole));
  }
  if (rest.length % 2 === 1) {
    if (rest.length > 1) decode(rest.subarray(0, rest.length - 1));
    throw new EncodingFault(encoding, 'a single byte at the end, half of a two-byte unit', offset, line);
  }
  if (rest.length > 0) yield decode(rest);
}

/** Number of bytes up to the end of the last complete character. */
function wholeLength(bytes: Buffer, encoding: 'utf-16le' | 'utf-16be'): number {
  const even = bytes.length - (bytes.length % 2);
  if (even === 0) return 0;
  const last = encoding === 'utf-16le' ? bytes[even - 1] : bytes[even - 2];
  const beginsPair = ((last ?? 0) & 0xfc) === 0xd8;
  return beginsPair ? even - 2 : even;
}
