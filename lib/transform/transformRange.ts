import path from 'node:path';
import type { Lakehouse } from '../lakehouse/lakehouse';
import { keysFile, quarantineFile } from '../lakehouse/paths';
import { requireUnchanged } from '../lakehouse/requireUnchanged';
import type { RunKey } from '../runs/runKey';
import { writeManifest } from '../staging/partManifest';
import { contractOfRun } from '../staging/runContract';
import { withTemporaryFolder } from '../storage/temporaryFolder';
import { computePart } from './computePart';
import { fetchRange, publishPart, quarantineRecords, readRange } from './rangeFiles';

/**
 * Transforms range `number` of a planned run into a Parquet part under its final name (readers ignore it before the
 * commit), rejected records in quarantine, and a manifest in staging, written last. Safe to repeat. Bad records are rejected
 * and counted, never thrown; `dropped` counts records of a key of which another one is kept. `bytes` are those of the part.
 * Errors: CSV_FILE_CHANGED when the file is not the planned one; RUN_STAGING_GONE when the run was discarded.
 */
export async function transformRange(
  lakehouse: Lakehouse,
  key: RunKey,
  number: number,
): Promise<{ rows: number; rejected: number; dropped: number; bytes: number }> {
  const { file, ...range } = await readRange(lakehouse, key, number);
  const contract = await contractOfRun(lakehouse, key);
  return withTemporaryFolder(lakehouse.temporaryDirectory, async (folder) => {
    const localFile = path.join(folder, 'range.csv');
    try {
      await fetchRange(lakehouse, file, { offset: range.offset, length: range.length }, localFile);
    } finally {
      // Also when reading failed: a replaced file is the better explanation.
      await requireUnchanged(lakehouse, file);
    }
    const records = { path: localFile, source: file.path, columns: file.columns, ...range };
    const { written, faults } = await lakehouse.engines.use(path.join(folder, 'spill'), (duckDb) =>
      computePart(duckDb, contract, records, folder, lakehouse.parquetCodec),
    );
    const add = await publishPart(lakehouse, key, number, written);
    const quarantine = quarantineFile(key, number);
    if (faults.size > 0) {
      await quarantineRecords(lakehouse, contract, { file, ...range }, { localFile, target: quarantine }, faults);
    }
    const dropped = [...faults.values()].filter(([fault]) => fault?.code === 'ROW_DUPLICATE_DROPPED').length;
    const { rows, bytes } = written;
    const result = { rows, rejected: faults.size - dropped, dropped, bytes: add === null ? 0 : bytes };
    await writeManifest(lakehouse, key, {
      part: number,
      ...result,
      nullCount: written.nullCount,
      add,
      keys: add === null ? null : keysFile(key, number),
    });
    return result;
  });
}
