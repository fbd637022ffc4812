import { crc32 } from 'node:zlib';

/**
 * A log is a header and then records.
 *
 * ```
 * header    magic (8 bytes), number of the last operation before the log (64-bit float), CRC-32 of both
 * record    its length (u32), CRC-32 of the length, its bytes, CRC-32 of the bytes
 * ```
 *
 * Numbers are little endian. The length has a checksum of its own, because a damaged length would look like a last record
 * that was not completely written. The CRC-32 comes last, so that a complete record does not end with zeros, as an
 * unwritten part of a file does.
 */
const magic = Buffer.from('PXVREC03');
export const headerLength = 20;
export const frameHeadLength = 8;
export const frameTailLength = 4;

/** @param base number of the last operation before the log: of the snapshot that it continues, or 0 */
export function logHeader(base: number): Buffer {
  const header = Buffer.alloc(headerLength);
  magic.copy(header);
  header.writeDoubleLE(base, magic.length);
  header.writeUInt32LE(crc32(header.subarray(0, headerLength - 4)), headerLength - 4);
  return header;
}

/** The number of the last operation before the log; undefined when the header is damaged. */
export function baseOf(header: Buffer): number | undefined {
  const base = header.length === headerLength ? header.readDoubleLE(magic.length) : undefined;
  return base !== undefined && logHeader(base).equals(header) ? base : undefined;
}

export const isOfThisVersion = (header: Buffer): boolean => header.subarray(0, magic.length).equals(magic);

/** A record as it is in the file. */
export function frame(record: Buffer): Buffer {
  const head = Buffer.alloc(frameHeadLength);
  head.writeUInt32LE(record.length, 0);
  head.writeUInt32LE(crc32(head.subarray(0, 4)), 4);
  const tail = Buffer.alloc(frameTailLength);
  tail.writeUInt32LE(crc32(record), 0);
  return Buffer.concat([head, record, tail]);
}

/** The length of a record; undefined when the length does not match its checksum. */
export const recordLengthOf = (head: Buffer): number | undefined =>
  crc32(head.subarray(0, 4)) === head.readUInt32LE(4) ? head.readUInt32LE(0) : undefined;
