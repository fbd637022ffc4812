import { isAscii } from 'node:buffer';
import { EncodingFault } from './encodingFault';
import { countLineFeeds } from './countLineFeeds';

/** The characters of bytes 0x80 to 0x9f; a space marks those that Windows-1252 does not define. */
const HIGH_CONTROLS = '€ ‚ƒ„…†‡ˆ‰Š‹Œ Ž  ‘’“”•–—˜™š›œ žŸ';
const UNDEFINED = /[\x81\x8d\x8f\x90\x9d]/;

/**
 * Decodes Windows-1252 to UTF-8, block by block. Throws EncodingFault at the five bytes that the code page does not define
 * (81, 8D, 8F, 90, 9D). Browsers read them as control characters, but typed text has none: the file has another encoding.
 */
export async function* decodeWindows1252(blocks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let offset = 0;
  let line = 1;
  for await (const block of blocks) {
    yield isAscii(block) ? block : decode(block, offset, line);
    offset += block.length;
    line += countLineFeeds(block);
  }
}

function decode(block: Buffer, offset: number, line: number): Buffer {
  const text = block.toString('latin1');
  const at = text.search(UNDEFINED);
  if (at >= 0) {
    const byte = text.charCodeAt(at).toString(16).toUpperCase();
    const before = countLineFeeds(block.subarray(0, at));
    throw new EncodingFault(
      'windows-1252',
      `byte 0x${byte}, which the code page does not define`,
      offset + at,
      line + before,
    );
  }
  return Buffer.from(text.replaceAll(/[\x80-\x9f]/g, (control) => HIGH_CONTROLS.charAt(control.charCodeAt(0) - 0x80)));
}
