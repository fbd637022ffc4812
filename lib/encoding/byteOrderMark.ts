import type { TextEncoding } from '../contract/contract';
import { startsWithByteOrderMark, UTF8_BYTE_ORDER_MARK_LENGTH } from './fileKind';

/** The encoding that a file's first bytes declare. */
export interface ByteOrderMark {
  encoding: Exclude<TextEncoding, 'windows-1252'>;
  /** Bytes. */
  length: number;
}

/** Undefined when the file has no byte order mark. */
export function byteOrderMark(head: Buffer): ByteOrderMark | undefined {
  if (startsWithByteOrderMark(head)) return { encoding: 'utf-8', length: UTF8_BYTE_ORDER_MARK_LENGTH };
  if (head[0] === 0xff && head[1] === 0xfe) return { encoding: 'utf-16le', length: 2 };
  if (head[0] === 0xfe && head[1] === 0xff) return { encoding: 'utf-16be', length: 2 };
  return undefined;
}
