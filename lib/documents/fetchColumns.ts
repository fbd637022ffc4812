import { open, rename } from 'node:fs/promises';
import path from 'node:path';
import { literal, type DuckDb } from '../duckdb/duckdb';
import { fetchRanges } from '../storage/fetchRanges';
import { joinRanges, withoutRange } from '../storage/joinRanges';
import type { ByteRange, ObjectStore } from '../storage/objectStore';

/**
 * Parts of up to so many bytes are fetched whole, in one request. For larger ones the footer is fetched first, then the
 * columns. The extra round trip pays only when it saves more bytes than arrive in that time (measured in decision 0020).
 */
const SMALL_PART = 1024 * 1024;
/** Bytes read from a part's end: nearly always the footer and the last columns, which are needed too. */
const TAIL = { least: 16 * 1024, most: 64 * 1024, share: 1 / 64 };
/** Bytes between columns that are fetched although not needed, to save requests: a share of the needed bytes. */
const GAP_SHARE = 0.05;
/** Every Parquet file ends with the footer's length and the magic bytes of the format. */
const TRAILER_LENGTH = 8;
const MARK = 'PAR1';

interface StoredPart {
  container: string;
  path: string;
  /** Of the whole file. */
  bytes: number;
}

/**
 * Writes a local Parquet file in `folder` with the given columns of a part. The bytes of other columns may be holes, so they
 * must not be read. Works for parts of any writer, since the footer says where the columns are. Skips columns that the
 * part does not have. Returns the file. Errors: those of the store.
 */
export async function fetchColumns(
  store: Pick<ObjectStore, 'read' | 'stream' | 'download'>,
  part: StoredPart,
  columns: readonly string[],
  folder: string,
  duckDb: DuckDb,
): Promise<string> {
  const file = path.join(folder, 'part.parquet');
  const whole = { offset: 0, length: part.bytes };
  // Another name than the final file, so that the engine does not use a cached footer for it.
  const footerFile = path.join(folder, 'footer.parquet');
  const tail = part.bytes <= SMALL_PART ? undefined : await fetchFooter(store, part, footerFile);
  if (tail === undefined) {
    await store.download(part.container, part.path, file, whole);
    return file;
  }
  const needed = await chunksOf(duckDb, footerFile, columns);
  const allowance = GAP_SHARE * needed.reduce((sum, { length }) => sum + length, 0);
  await fetchRanges(store, part, joinRanges(withoutRange(needed, tail), allowance), footerFile);
  await rename(footerFile, file);
  return file;
}

/** Writes the footer to its place in a file of the part's size. Returns the range read; undefined when it is not Parquet. */
async function fetchFooter(
  store: Pick<ObjectStore, 'read'>,
  { container, path: stored, bytes }: StoredPart,
  localFile: string,
): Promise<ByteRange | undefined> {
  const guess = Math.min(TAIL.most, Math.max(TAIL.least, Math.round(bytes * TAIL.share)));
  let tail = await store.read(container, stored, { offset: bytes - guess, length: guess });
  const trailer = tail.subarray(-TRAILER_LENGTH);
  const length = trailer.readUInt32LE(0) + TRAILER_LENGTH;
  if (trailer.toString('latin1', 4) !== MARK || length > bytes) return undefined;
  if (length > guess) {
    const missing = { offset: bytes - length, length: length - guess };
    tail = Buffer.concat([await store.read(container, stored, missing), tail]);
  }
  const range = { offset: bytes - tail.length, length: tail.length };
  const file = await open(localFile, 'w');
  try {
    await file.truncate(bytes);
    await file.write(tail, 0, tail.length, range.offset);
  } finally {
    await file.close();
  }
  return range;
}

/** Byte ranges of the columns in all row groups. A range starts at the dictionary, which comes first when there is one. */
async function chunksOf(duckDb: DuckDb, file: string, columns: readonly string[]): Promise<ByteRange[]> {
  const names = columns.map(literal).join(', ');
  const rows = await duckDb.rows(
    `SELECT CASE WHEN dictionary_page_offset > 0 THEN least(dictionary_page_offset, data_page_offset)
                 ELSE data_page_offset END, total_compressed_size
     FROM parquet_metadata(${literal(file)}) WHERE path_in_schema IN (${names})`,
  );
  return rows.map(([offset, length]) => ({ offset: Number(offset), length: Number(length) }));
}
