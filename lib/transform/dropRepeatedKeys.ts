import path from 'node:path';
import { uniqueColumns } from '../contract/key';
import { literal } from '../duckdb/duckdb';
import { errorOfReading } from '../lakehouse/brokenFile';
import type { Lakehouse } from '../lakehouse/lakehouse';
import { requireUnchanged } from '../lakehouse/requireUnchanged';
import { droppedRecordsFile, keysFile, partFile, repeatedKeysFile, tableFolder } from '../lakehouse/paths';
import type { RecordFault } from '../quarantine/rejectedRecord';
import type { RunKey } from '../runs/runKey';
import { readManifest, writeManifest } from '../staging/partManifest';
import { readJsonIfAny } from '../staging/readJson';
import { contractOfRun } from '../staging/runContract';
import { withTemporaryFolder } from '../storage/temporaryFolder';
import { parquetLayout } from './draftPart';
import { repeatedFault } from './findRepeated';
import type { RepeatedKey } from './findRepeatedKeys';
import { withoutRejected } from './finishPart';
import { fetchRange, publishPart, quarantineRecords, readRange } from './rangeFiles';

/**
 * Drops the rows that `findRepeatedKeys` listed for part `number`: writes the part again without them, puts their records
 * into quarantine, and writes the manifest last. Does nothing for a part without a list. Safe to repeat. Errors: as those
 * of `transformRange`, and LAKE_FILE_BROKEN for a damaged part.
 */
export async function dropRepeatedKeys(
  lakehouse: Lakehouse,
  key: RunKey,
  number: number,
): Promise<{ dropped: number }> {
  const { store, containers } = lakehouse;
  const repeated = await readJsonIfAny<RepeatedKey[]>(store, containers.staging, repeatedKeysFile(key, number));
  if (repeated === undefined) return { dropped: 0 };
  const dropped = repeated.length;
  const [manifest, range, contract] = await Promise.all([
    readManifest(lakehouse, key, number),
    readRange(lakehouse, key, number),
    contractOfRun(lakehouse, key),
  ]);
  if (manifest.droppedOverParts !== undefined) return { dropped };
  const column = uniqueColumns(contract).find(({ isKey }) => isKey) ?? { name: contract.roles.id, isKey: true };
  const faults = new Map<number, RecordFault[]>(
    repeated.map(({ record, key: found, kept }) => [
      record - range.firstRecord + 1,
      [repeatedFault(column, contract.key?.keep, found, kept)],
    ]),
  );
  const stored = `${tableFolder(key.dataset)}${partFile(key, number, lakehouse.parquetCodec)}`;
  await withTemporaryFolder(lakehouse.temporaryDirectory, async (folder) => {
    const localFile = path.join(folder, 'range.csv');
    await fetchRange(lakehouse, range.file, { offset: range.offset, length: range.length }, localFile);
    await requireUnchanged(lakehouse, range.file);
    const target = droppedRecordsFile(key, number);
    await quarantineRecords(lakehouse, contract, range, { localFile, target }, faults);
    const before = path.join(folder, 'before.parquet');
    await store.download(containers.processed, stored, before);
    const layout = parquetLayout(lakehouse.parquetCodec, {
      ...range,
      path: localFile,
      source: range.file.path,
      columns: range.file.columns,
    });
    const work = lakehouse.engines.use(path.join(folder, 'spill'), async (duckDb) => {
      const list = literal(JSON.stringify(repeated.map(({ record }) => record)));
      await duckDb.run(
        `CREATE OR REPLACE TEMP TABLE rejected AS SELECT unnest(from_json(${list}, '["BIGINT"]')) AS record_number`,
      );
      return withoutRejected(duckDb, contract, folder, before, layout);
    });
    const broken = { ...key, file: `${containers.processed}/${stored}`, isStaged: true };
    const written = await work.catch((error: unknown) => {
      throw errorOfReading(error, broken);
    });
    const add = await publishPart(lakehouse, key, number, written);
    await writeManifest(lakehouse, key, {
      ...manifest,
      rows: written.rows,
      bytes: add === null ? 0 : written.bytes,
      nullCount: written.nullCount,
      add,
      keys: add === null ? null : keysFile(key, number),
      droppedOverParts: dropped,
    });
    if (add === null) await store.remove(containers.processed, stored);
  });
  return { dropped };
}
