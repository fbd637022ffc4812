import { closeSync, fstatSync, openSync, renameSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { syncDirectoryOf } from './durableFile';
import { readFully, writeFlushed } from './fileBytes';
import { damagedLog, isUnwritten, keepEnd, type RemovedEnd } from './incompleteEnd';
import { frame, logHeader } from './logFormat';

/**
 * Logs of earlier versions: a magic of 8 bytes, in the second version also the number of the operation before the log as a
 * 64-bit float, then records. Before each record come its length (u32) and its CRC-32; the length has no checksum.
 */
const magics = ['PXVLOG01', 'PXVLOG02'] as const;
const magicLength = 8;
const frameLength = 8;

/** How each record of these versions begins, after the length of its head (u32). */
const recordStart = Buffer.from('{"sequence":');

interface EarlierHeader {
  readonly start: number;
  readonly base: number;
}

function readHeader(file: number): EarlierHeader | undefined {
  const header = readFully(file, magicLength + 8, 0);
  const magic = header.toString('latin1', 0, magicLength);
  if (magic === magics[0]) {
    return { start: magicLength, base: 0 };
  }
  return magic === magics[1] && header.length === magicLength + 8
    ? { start: header.length, base: header.readDoubleLE(magicLength) }
    : undefined;
}

/** True when a valid record begins anywhere in these bytes: then what is before it is not the last record. */
function containsRecord(bytes: Buffer): boolean {
  const before = frameLength + 4;
  for (let at = bytes.indexOf(recordStart); at !== -1; at = bytes.indexOf(recordStart, at + 1)) {
    if (at >= before) {
      const start = at - before;
      const record = bytes.subarray(start + frameLength, start + frameLength + bytes.readUInt32LE(start));
      if (record.length === bytes.readUInt32LE(start) && crc32(record) === bytes.readUInt32LE(start + 4)) {
        return true;
      }
    }
  }
  return false;
}

/** Why the rest of the file is not an incomplete last record; undefined when it may be one. */
function damageOf(file: number, position: number, size: number): string | undefined {
  const head = readFully(file, frameLength, position);
  const end = head.length < frameLength ? size + 1 : position + frameLength + head.readUInt32LE(0);
  if (end <= size) {
    return isUnwritten(file, position, Math.max(end, position + 1), size)
      ? undefined
      : 'the record there does not match its checksum';
  }
  if (head.length < frameLength) {
    return undefined;
  }
  const rest = readFully(file, size - position - frameLength, position + frameLength);
  if (rest.length > 0 && crc32(rest) === head.readUInt32LE(4)) {
    return 'the record there is complete and its length is not';
  }
  // The first record may be hidden by a damaged magic.
  const searched = position <= magicLength + 8 ? readFully(file, size - magicLength, magicLength) : rest;
  return containsRecord(searched) ? 'the length of the record there ends behind other records' : undefined;
}

/** Reads the valid records. Its result is where they end. */
function* readRecords(path: string, file: number, start: number, size: number): Generator<Buffer, number> {
  let position = start;
  while (position < size) {
    const head = readFully(file, frameLength, position);
    const length = head.length === frameLength ? head.readUInt32LE(0) : undefined;
    const record =
      length !== undefined && position + frameLength + length <= size
        ? readFully(file, length, position + frameLength)
        : undefined;
    if (record === undefined || record.length === 0 || crc32(record) !== head.readUInt32LE(4)) {
      const damage = damageOf(file, position, size);
      if (damage !== undefined) {
        throw damagedLog(path, position, size, damage);
      }
      return position;
    }
    yield record;
    position += frameLength + record.length;
  }
  return position;
}

/**
 * Rewrites a log of an earlier version in the present format, atomically. Other files are left as they are.
 *
 * @param temporary path for the new log until it is complete
 * @returns the incomplete last record, if there was one
 * @throws Error when the log is damaged
 */
export function upgradeLog(path: string, temporary: string): RemovedEnd | undefined {
  const file = openSync(path, 'r');
  let removed: RemovedEnd | undefined;
  try {
    const header = readHeader(file);
    if (header === undefined) {
      return undefined;
    }
    const size = fstatSync(file).size;
    let end = header.start;
    writeFlushed(
      temporary,
      (function* () {
        yield logHeader(header.base);
        const records = readRecords(path, file, header.start, size);
        for (let next = records.next(); ; next = records.next()) {
          if (next.done === true) {
            end = next.value;
            return;
          }
          yield frame(next.value);
        }
      })(),
    );
    removed = end < size ? keepEnd(path, file, end, size) : undefined;
  } finally {
    closeSync(file);
  }
  renameSync(temporary, path);
  syncDirectoryOf(path);
  return removed;
}
