import type { SourceOptions } from '../contract/contract';
import { byteOrderMark } from '../encoding/byteOrderMark';
import { UTF8_BYTE_ORDER_MARK_LENGTH } from '../encoding/fileKind';
import { decodeSource } from './decodeSource';
import { gunzipBlocks, startsAsGzip, type UnpackLimits } from './gunzipBlocks';
import { peek } from './peek';

/**
 * A source file's text as UTF-8, decompressed and decoded, without a byte order mark. `textStart`: bytes of the file before
 * its text (a byte order mark); null when the file is compressed or not UTF-8. Reading `text` throws the errors of
 * `gunzipBlocks` and `decodeSource`. A caller that stops before the end must also close `raw`, which may not have been read.
 */
export async function sourceText(
  raw: AsyncIterable<Buffer>,
  file: string,
  { compression, encoding }: Pick<SourceOptions, 'compression' | 'encoding'>,
  limits?: UnpackLimits,
): Promise<{ text: AsyncGenerator<Buffer>; textStart: number | null }> {
  const { head, all } = await peek(raw, UTF8_BYTE_ORDER_MARK_LENGTH);
  const isGzip = compression === 'gzip' || (compression === 'auto' && startsAsGzip(head));
  return {
    text: decodeSource(isGzip ? gunzipBlocks(all, file, limits) : all, encoding, file),
    textStart: isGzip || encoding !== 'utf-8' ? null : (byteOrderMark(head)?.length ?? 0),
  };
}
