import type { DataContract } from '../contract/contract';
import { dialectOf } from '../csv/dialect';
import type { AddFile } from '../delta/deltaActions';
import type { Lakehouse } from '../lakehouse/lakehouse';
import { keysFile, partFile, planHeaderFile, tableFolder } from '../lakehouse/paths';
import type { PlannedFile, PlannedRange } from '../planning/plan';
import { plannedRanges } from '../planning/readPlan';
import { locationOf, sourceOf } from '../planning/readableFile';
import { PipelineError } from '../problems/problem';
import type { RecordFault } from '../quarantine/rejectedRecord';
import type { RunKey } from '../runs/runKey';
import type { ByteRange } from '../storage/objectStore';
import type { WrittenPart } from './finishPart';
import { recordAccess } from './recordAccess';
import { withOrigins } from './originsOfRecords';
import { writeProduced } from '../storage/writeProduced';
import { writeRejectedRecords } from './rejectedRecords';

/** The range with this number. Error: TRANSFORM_RANGE_UNKNOWN. */
export async function readRange(lakehouse: Lakehouse, key: RunKey, number: number): Promise<PlannedRange> {
  const range = await plannedRanges(lakehouse, key).read(number);
  if (range !== undefined) return range;
  throw new PipelineError('TRANSFORM_RANGE_UNKNOWN', 'The plan does not have this range.', {
    found: `range ${number}`,
    expected: 'a number below the number of ranges',
    where: { file: planHeaderFile(key) },
  });
}

/** Fetches the range into a local file: from the block cache, or from the store. */
export async function fetchRange(
  lakehouse: Lakehouse,
  file: PlannedFile,
  bytes: ByteRange,
  localFile: string,
): Promise<void> {
  if (await lakehouse.blocks.take(sourceOf(lakehouse, file), bytes, localFile)) return;
  const { container, path: stored } = locationOf(lakehouse, file);
  await lakehouse.store.download(container, stored, localFile, bytes);
}

/** Stores a part under its final name, which readers ignore before the commit, and its keys. Null for a part without rows. */
export async function publishPart(
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

/** Writes records of a range with their faults to the quarantine, as `target`. `localFile` holds the range. */
export async function quarantineRecords(
  lakehouse: Lakehouse,
  contract: DataContract,
  { file, ...range }: PlannedRange,
  { localFile, target }: { localFile: string; target: string },
  faults: ReadonlyMap<number, RecordFault[]>,
): Promise<void> {
  const object = { container: lakehouse.containers.quarantine, path: target };
  const access = recordAccess(contract, file.columns);
  // The origins are checked for changes of the source at their end, so before the object is written.
  await writeProduced(lakehouse.store, object, (write) =>
    withOrigins(lakehouse, contract, file, (originOf) => {
      const source = { path: file.path, localFile, ...range, originOf };
      return writeRejectedRecords(write, source, dialectOf(contract.source), faults, access);
    }),
  );
}
