import { createHash } from 'node:crypto';
import type { DataContract } from '../contract/contract';
import type { Lakehouse } from '../lakehouse/lakehouse';
import { stagingFolder } from '../lakehouse/paths';
import type { RunKey } from '../runs/runKey';
import { requireUnchanged } from '../lakehouse/requireUnchanged';
import { LineIndexBuilder, lineIndexFile, type LineIndex } from './lineIndex';
import { ndjsonToCsv } from './ndjsonToCsv';
import { sourceText } from './sourceText';

/** A listed file of the raw container. */
export interface SourceFileReference {
  path: string;
  /** Bytes. */
  size: number;
  etag: string;
}

/** A source file's records as plain UTF-8 CSV, in the staging container. */
export interface ConvertedSource {
  /** In the staging container. */
  path: string;
  /** Bytes. */
  size: number;
}

/** True for a file that its contract (or a name ending in `.gz`) says is not plain UTF-8 CSV: convert it before planning. */
export function needsConversion(contract: DataContract, path: string): boolean {
  const { encoding, compression, format } = contract.source;
  const isGzip = compression === 'gzip' || (compression === 'auto' && path.toLowerCase().endsWith('.gz'));
  return isGzip || encoding !== 'utf-8' || format === 'ndjson';
}

/**
 * Converts a source file to an equivalent UTF-8 CSV in the run's staging folder: decompresses and decodes it, and rewrites
 * NDJSON as CSV. It streams from storage to storage: memory holds a few blocks and one record, and the local disk nothing.
 * The target's name contains a hash of the file's path and etag, so a repeated call finds the file and does nothing. The line
 * index of an NDJSON file is written first, so it exists whenever the converted file exists.
 *
 * Errors: SOURCE_GZIP_BROKEN, SOURCE_TOO_LARGE, SOURCE_ENCODING_INVALID, SOURCE_ENCODING_CONTRADICTED, CSV_ENCODING_INVALID,
 * CSV_NOT_CSV, CSV_EMPTY_FILE, and CSV_FILE_CHANGED when the file has changed since it was listed. Byte offsets count
 * decompressed bytes; those of SOURCE_GZIP_BROKEN count compressed bytes.
 */
export async function convertSource(
  lakehouse: Lakehouse,
  key: RunKey,
  file: SourceFileReference,
  contract: DataContract,
): Promise<ConvertedSource> {
  const { store, containers } = lakehouse;
  const target = `${stagingFolder(key)}source-${fingerprint(file)}.csv`;
  const earlier = await store.info(containers.staging, target);
  if (earlier !== undefined) return { path: target, size: earlier.size };
  const raw = store.stream(containers.raw, file.path, { offset: 0, length: file.size });
  try {
    const size = await store.writeStream(containers.staging, target, converted(lakehouse, raw, file, contract, target));
    return { path: target, size };
  } finally {
    // A fault may be thrown before the stream was read, so it is closed here.
    await raw.return();
  }
}

/** The converted text. What it throws after the last block keeps the converted file from being written too. */
async function* converted(
  lakehouse: Lakehouse,
  raw: AsyncIterable<Buffer>,
  file: SourceFileReference,
  contract: DataContract,
  target: string,
): AsyncGenerator<Buffer> {
  const { store, containers, unpackLimits, lineIndexStepInBytes } = lakehouse;
  const { text, textStart } = await sourceText(raw, file.path, contract.source, unpackLimits);
  if (contract.source.format !== 'ndjson') {
    yield* text;
    await requireUnchanged(lakehouse, file);
    return;
  }
  const lines = new LineIndexBuilder(lineIndexStepInBytes);
  yield* ndjsonToCsv(text, contract, lines);
  await requireUnchanged(lakehouse, file);
  const index: LineIndex = { sourceLength: file.size, textStart, points: lines.points };
  await store.write(containers.staging, lineIndexFile(target), JSON.stringify(index));
}

function fingerprint({ path: file, etag }: SourceFileReference): string {
  return createHash('sha256').update(`${file}\0${etag}`).digest('hex').slice(0, 16);
}
