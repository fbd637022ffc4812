import { dialectOf } from '../csv/dialect';
import type { Lakehouse } from '../lakehouse/lakehouse';
import { contractOfRun } from '../staging/runContract';
import { blockSummaryFile } from '../lakehouse/paths';
import type { RunKey } from '../runs/runKey';
import { openFile, sourceOf } from './readableFile';
import { requireUnchanged } from '../lakehouse/requireUnchanged';
import { blocksToScan, type BlockSummary } from './scan';
import { summariseBlock } from './summariseBlock';

/**
 * Scans one block of a file and writes its summary to staging. Safe to repeat. Returns the bytes scanned. Errors:
 * CSV_FILE_CHANGED when the file is not the one whose header was checked; RUN_STAGING_GONE when the run was discarded.
 */
export async function scanBlock(lakehouse: Lakehouse, key: RunKey, number: number): Promise<{ bytes: number }> {
  const { store, containers } = lakehouse;
  const block = await blocksToScan(lakehouse, key).read(number);
  if (block === undefined) throw new Error(`The scan has no block ${number}.`);
  const { file } = block;
  const dialect = dialectOf((await contractOfRun(lakehouse, key)).source);
  const kept = await lakehouse.blocks.keep(sourceOf(lakehouse, file), block);
  let summary: BlockSummary | undefined;
  try {
    summary = await summariseBlock(openFile(lakehouse, file), block, file.header.length, dialect, kept?.write);
  } finally {
    await kept?.finish(summary !== undefined);
    // Also when reading failed: a replaced file is the better explanation.
    await requireUnchanged(lakehouse, file);
  }
  await store.write(containers.staging, blockSummaryFile(key, number), JSON.stringify(summary));
  return { bytes: block.length };
}
