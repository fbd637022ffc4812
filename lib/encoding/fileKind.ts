/** First bytes of file types that people upload instead of a CSV. */
const MAGIC: readonly [string, readonly number[]][] = [
  ['a gzip archive', [0x1f, 0x8b]],
  ['a ZIP archive or Excel workbook (.xlsx)', [0x50, 0x4b, 0x03, 0x04]],
  ['an empty ZIP archive', [0x50, 0x4b, 0x05, 0x06]],
  ['an old Excel workbook (.xls)', [0xd0, 0xcf, 0x11, 0xe0]],
  ['a Parquet file', [0x50, 0x41, 0x52, 0x31]],
  ['an ORC file', [0x4f, 0x52, 0x43]],
  ['an Avro file', [0x4f, 0x62, 0x6a, 0x01]],
  ['a PDF', [0x25, 0x50, 0x44, 0x46, 0x2d]],
  ['a Zstandard archive', [0x28, 0xb5, 0x2f, 0xfd]],
  ['a bzip2 archive', [0x42, 0x5a, 0x68]],
  ['an SQLite database', [0x53, 0x51, 0x4c, 0x69, 0x74, 0x65, 0x20, 0x66]],
  ['a PNG image', [0x89, 0x50, 0x4e, 0x47]],
];

/** The type of a binary file, by its first bytes; undefined when they could be text. */
export function binaryKind(head: Buffer): string | undefined {
  const known = MAGIC.find(([, bytes]) => bytes.every((byte, index) => head[index] === byte))?.[0];
  return known === 'an ORC file' || known === 'a bzip2 archive' ? (head.includes(0) ? known : undefined) : known;
}

/** Detects UTF-16 by its byte order mark, or by a zero byte beside each of the first letters. */
export function utf16Kind(head: Buffer): string | undefined {
  if (head[0] === 0xff && head[1] === 0xfe) return 'UTF-16 (little-endian) with a byte order mark';
  if (head[0] === 0xfe && head[1] === 0xff) return 'UTF-16 (big-endian) with a byte order mark';
  const zeros = (parity: number) => [0, 2, 4, 6].every((at) => head[at + parity] === 0 && head[at + 1 - parity] !== 0);
  if (head.length >= 8 && (zeros(1) || zeros(0))) return 'UTF-16 without a byte order mark';
  return undefined;
}

/** A text format other than CSV. Call it only when the header does not fit: these texts could also begin a header. */
export function markupKind(head: string): string | undefined {
  const start = head.trimStart().slice(0, 200).toLowerCase();
  if (start.startsWith('<!doctype html') || start.startsWith('<html')) return 'an HTML page';
  if (start.startsWith('<?xml') || start.startsWith('<')) return 'XML or other markup';
  if (/^[[{]\s*(?:["{[\]}]|$)/.test(start)) return 'JSON';
  return undefined;
}

export const UTF8_BYTE_ORDER_MARK_LENGTH = 3;

export function startsWithByteOrderMark(head: Buffer): boolean {
  return head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf;
}
