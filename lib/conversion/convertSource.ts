import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import path from 'node:path';
import type { DataContract } from '../contract/contract';
import type { Lakehouse } from '../lakehouse/lakehouse';
import { stagingFolder } from '../lakehouse/paths';
import { withTemporaryFolder } from '../storage/temporaryFolder';
import type { RunKey } from '../runs/runKey';
import { requireUnchanged } from '../lakehouse/requireUnchanged';
import { LineIndexBuilder, lineIndexFile, type LineIndex } from './lineIndex';
import { ndjsonToCsv } from './ndjsonToCsv';
import { sourceText } from './sourceText';

/** A file of the raw container, as it was listed. */
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

/** True for a file that is no plain UTF-8 CSV by its contract (gzip by its name too): stage it before it is planned on. */
export function needsConversion(contract: DataContract, path: string): boolean {
  const { encoding, compression, format } = contract.source;
  const isGzip = compression === 'gzip' || (compression === 'auto' && path.toLowerCase().endsWith('.gz'));
  return isGzip || encoding !== 'utf-8' || format === 'ndjson';
}

/**
 * Makes a source file into an equivalent UTF-8 CSV in the run's staging folder: decompressed, decoded, NDJSON written as
 * CSV. Streamed: a few blocks and one record of memory, the decoded text on the temporary disk, and put whole. The
 * name holds the file's path and etag: repeated, it is found and nothing is done again. The index of an NDJSON file's lines is
 * put before it, so whoever finds the one finds the other.
 *
 * Refused: SOURCE_GZIP_BROKEN, SOURCE_ENCODING_INVALID, SOURCE_ENCODING_CONTRADICTED, CSV_ENCODING_INVALID,
 * CSV_NOT_CSV, CSV_EMPTY_FILE, and CSV_FILE_CHANGED when the file is not the one that was listed. Byte offsets are those of
 * the decompressed bytes, for SOURCE_GZIP_BROKEN of the compressed ones.
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
  return withTemporaryFolder(lakehouse.temporaryDirectory, async (folder) => {
    const localFile = path.join(folder, 'source.csv');
    const raw = store.stream(containers.raw, file.path, { offset: 0, length: file.size });
    let converted: { size: number; index?: LineIndex };
    try {
      converted = await convert(raw, file, contract, localFile, lakehouse.lineIndexStepInBytes);
    } finally {
      // A refusal may come before anyone has begun to read to the end.
      await raw.return();
    }
    await requireUnchanged(lakehouse, file);
    const { size, index } = converted;
    if (index !== undefined) await store.write(containers.staging, lineIndexFile(target), JSON.stringify(index));
    await store.upload(containers.staging, target, localFile);
    return { path: target, size };
  });
}

async function convert(
  raw: AsyncIterable<Buffer>,
  file: SourceFileReference,
  contract: DataContract,
  localFile: string,
  indexStep: number | undefined,
): Promise<{ size: number; index?: LineIndex }> {
  const { text, textStart } = await sourceText(raw, file.path, contract.source);
  if (contract.source.format !== 'ndjson') return { size: await writeBlocks(localFile, text) };
  const lines = new LineIndexBuilder(indexStep);
  const size = await writeBlocks(localFile, ndjsonToCsv(text, contract, lines));
  return { size, index: { sourceLength: file.size, textStart, points: lines.points } };
}

async function writeBlocks(localFile: string, blocks: AsyncIterable<Buffer>): Promise<number> {
  const output = await open(localFile, 'w');
  let size = 0;
  try {
    for await (const block of blocks) {
      await output.writeFile(block);
      size += block.length;
    }
  } finally {
    await output.close();
  }
  return size;
}

function fingerprint({ path: file, etag }: SourceFileReference): string {
  return createHash('sha256').update(`${file}\0${etag}`).digest('hex').slice(0, 16);
}
