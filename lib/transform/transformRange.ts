import path from 'node:path';
import { dialectOf } from '../csv/dialect';
import { PipelineError } from '../problems/problem';
import type { AddFile } from '../delta/deltaActions';
import type { Lakehouse } from '../lakehouse/lakehouse';
import type { ByteRange } from '../storage/objectStore';
import { writeManifest } from '../staging/partManifest';
import { contractOfRun } from '../staging/runContract';
import { keysFile, partFile, planHeaderFile, quarantineFile, tableFolder } from '../lakehouse/paths';
import { withTemporaryFolder } from '../storage/temporaryFolder';
import type { RunKey } from '../runs/runKey';
import { computePart } from './computePart';
import type { WrittenPart } from './finishPart';
import { groupsOfRecord } from './groupsOfRecord';
import { withOrigins } from './originsOfRecords';
import type { PlannedFile, PlannedRange } from '../planning/plan';
import { plannedRanges } from '../planning/readPlan';
import { locationOf, sourceOf } from '../planning/readableFile';
import { writeRejectedRecords } from './rejectedRecords';
import { requireUnchanged } from '../lakehouse/requireUnchanged';

/**
 * Transforms range `number` of a planned run into a Parquet part under its final name (readers ignore it before the
 * commit), rejected records in quarantine, and a manifest in staging, written last. Safe to repeat. Bad records are rejected
 * and counted, never thrown. `bytes` are those of the part. Errors: CSV_FILE_CHANGED when the file is not the planned one;
 * RUN_STAGING_GONE when the run was discarded.
 */
export async function transformRange(
  lakehouse: Lakehouse,
  key: RunKey,
  number: number,
): Promise<{ rows: number; rejected: number; bytes: number }> {
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
      const rejectedFile = path.join(folder, 'rejected.ndjson');
      await withOrigins(lakehouse, contract, file, (originOf) => {
        const source = { path: file.path, localFile, ...range, originOf };
        const groupsOf = groupsOfRecord(contract, file.columns);
        return writeRejectedRecords(rejectedFile, source, dialectOf(contract.source), faults, groupsOf);
      });
      await lakehouse.store.upload(lakehouse.containers.quarantine, quarantine, rejectedFile);
    }
    const result = { rows: written.rows, rejected: faults.size, bytes: add === null ? 0 : written.bytes };
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

/** Fetches the range into a local file: from the block cache, or from the store. */
async function fetchRange(lakehouse: Lakehouse, file: PlannedFile, bytes: ByteRange, localFile: string): Promise<void> {
  if (await lakehouse.blocks.take(sourceOf(lakehouse, file), bytes, localFile)) return;
  const { container, path: stored } = locationOf(lakehouse, file);
  await lakehouse.store.download(container, stored, localFile, bytes);
}

async function publishPart(
  lakehouse: Lakehouse,
  key: RunKey,
  part: number,
  written: WrittenPart,
): Promise<AddFile | null> {
  if (written.rows === 0) return null;
  const { store, containers } = lakehouse;
  const file = partFile(key, part, lakehouse.parquetCodec);
  await store.upload(containers.processed, `${tableFolder(key.dataset)}${file}`, written.parquetFile);
  await store.upload(containers.staging, keysFile(key, part), written.keysFile);
  return {
    path: encodeURI(file),
    partitionValues: { ingest_date: key.date },
    size: written.bytes,
    modificationTime: Date.now(),
    dataChange: true,
    stats: JSON.stringify(written.statistics),
  };
}

async function readRange(lakehouse: Lakehouse, key: RunKey, number: number): Promise<PlannedRange> {
  const range = await plannedRanges(lakehouse, key).read(number);
  if (range !== undefined) return range;
  throw new PipelineError('TRANSFORM_RANGE_UNKNOWN', 'The plan does not have this range.', {
    found: `range ${number}`,
    expected: 'a number below the number of ranges',
    where: { file: planHeaderFile(key) },
  });
}
