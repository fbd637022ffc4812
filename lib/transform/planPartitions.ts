import type { DataContract } from '../contract/contract';
import { dialectOf } from '../csv/dialect';
import { HEADER_WINDOW_IN_BYTES, readHeader, type CsvHeader } from '../csv/header';
import { FaultList, PipelineError, type Problem } from '../errors';
import { readSnapshot } from '../lake/deltaLog';
import type { Lakehouse } from '../lake/lakehouse';
import type { ObjectInfo } from '../lake/objectStore';
import { planHeaderFile, planShardFile, rawFolder } from '../lake/paths';
import { evolveSchema, tableSchema } from '../lake/tableSchema';
import type { RunKey } from '../runs/runKey';
import { cutFile, type CutRange } from './cutFile';
import { fileNameTest } from './fileNames';
import { RANGES_PER_SHARD, type PlanHeader, type PlanShard, type PlanSummary, type PlannedFile } from './plan';

const DEFAULT_RANGE_LENGTH = 64 * 1024 * 1024;
/** Faults shown of one run: what a person mends in one go, and small enough for a run's history. */
const MOST_FAULTS = 12;

interface SourceFile {
  info: ObjectInfo;
  header: CsvHeader;
}

/**
 * Plans one run: finds the files of raw/<dataset>/<date>/, judges every header, then reads every file and cuts it into
 * ranges. Writes the plan to staging; repeated, it writes the same. Nothing is written when anything is wrong:
 * RAW_FOLDER_NOT_FOUND, RAW_NO_MATCHING_FILE, LAKE_SCHEMA_INCOMPATIBLE, or CSV_* for the files, all faults together
 * (several codes: CSV_FILES_INVALID). The summary is under 4 KB for 160,000 ranges.
 */
export async function planPartitions(lakehouse: Lakehouse, key: RunKey): Promise<PlanSummary> {
  const { store, containers } = lakehouse;
  const contract = await lakehouse.contracts.get(key.dataset);
  const snapshot = await readSnapshot(store, containers.processed, key.dataset);
  if (snapshot !== undefined) evolveSchema(snapshot.schema, tableSchema(contract), key.dataset);

  const files = await judgeHeaders(lakehouse, contract, await listFiles(lakehouse, contract, key));
  const planned: { file: PlannedFile; ranges: CutRange[] }[] = [];
  const faults: Problem[] = [];
  let records = 0;
  for (const { info, header } of files) {
    const cut = await cutFile(
      {
        path: info.path,
        size: info.size,
        read: (offset, length) => store.read(containers.raw, info.path, { offset, length }),
      },
      header,
      dialectOf(contract.source),
      lakehouse.rangeLengthInBytes ?? DEFAULT_RANGE_LENGTH,
    );
    if (cut.fault !== undefined) faults.push(cut.fault);
    records += cut.records;
    planned.push({ file: { path: info.path, etag: info.etag, columns: header.columns }, ranges: cut.ranges });
  }
  throwFaults(faults);

  const shards = shardsOf(contract, planned);
  const summary: PlanSummary = {
    shards: shards.map((shard) => shard.ranges.length),
    ranges: shards.reduce((count, shard) => count + shard.ranges.length, 0),
    files: files.length,
    bytes: files.reduce((bytes, file) => bytes + file.info.size, 0),
    records,
  };
  for (const [index, shard] of shards.entries()) {
    await store.write(containers.staging, planShardFile(key, index), JSON.stringify(shard));
  }
  const header: PlanHeader = { ...summary, tableVersion: snapshot?.version ?? -1, contract };
  await store.write(containers.staging, planHeaderFile(key), JSON.stringify(header));
  return summary;
}

async function listFiles(lakehouse: Lakehouse, contract: DataContract, key: RunKey): Promise<ObjectInfo[]> {
  const folder = rawFolder(key.dataset, key.date);
  const matches = fileNameTest(contract.source.glob);
  const files: ObjectInfo[] = [];
  const others: string[] = [];
  for await (const info of lakehouse.store.list(lakehouse.containers.raw, folder)) {
    const name = info.path.slice(folder.length);
    if (matches(name)) files.push(info);
    else others.push(name);
  }
  const file = `${lakehouse.containers.raw}/${folder}`;
  if (files.length === 0 && others.length === 0) {
    throw new PipelineError('RAW_FOLDER_NOT_FOUND', 'There are no files for this dataset and date.', {
      found: 'no such folder, or an empty one',
      expected: `files named ${contract.source.glob}`,
      where: { file },
      remedy: 'Drop the files there, or run another date.',
      status: 404,
    });
  }
  if (files.length === 0) {
    throw new PipelineError('RAW_NO_MATCHING_FILE', 'No file in the folder has a name that the contract expects.', {
      found: others.slice(0, 10).join(', '),
      expected: contract.source.glob,
      where: { file },
      remedy: 'Rename the files, or set `glob` in the contract.',
      status: 422,
    });
  }
  return files;
}

async function judgeHeaders(lakehouse: Lakehouse, contract: DataContract, infos: ObjectInfo[]): Promise<SourceFile[]> {
  const files: SourceFile[] = [];
  const faults: Problem[] = [];
  for (const info of infos) {
    const length = Math.min(info.size, HEADER_WINDOW_IN_BYTES);
    const head = await lakehouse.store.read(lakehouse.containers.raw, info.path, { offset: 0, length });
    const judged = readHeader(head, info.path, contract);
    if (judged.header === undefined) faults.push(...judged.faults);
    else files.push({ info, header: judged.header });
  }
  throwFaults(faults);
  return files;
}

function shardsOf(contract: DataContract, planned: { file: PlannedFile; ranges: CutRange[] }[]): PlanShard[] {
  const shards: PlanShard[] = [];
  for (const { file, ranges } of planned) {
    for (const range of ranges) {
      let shard = shards.at(-1);
      if (shard === undefined || shard.ranges.length === RANGES_PER_SHARD) {
        shard = { contract, files: [], ranges: [] };
        shards.push(shard);
      }
      if (shard.files.at(-1)?.path !== file.path) shard.files.push(file);
      shard.ranges.push({ file: shard.files.length - 1, ...range });
    }
  }
  return shards;
}

function throwFaults(faults: Problem[]): void {
  const [first] = faults;
  if (first === undefined) return;
  if (faults.length === 1) {
    const { code, message, found, expected, where, remedy } = first;
    throw new PipelineError(code, message, { found, expected, where, remedy, status: 422 });
  }
  const codes = new Set(faults.map((fault) => fault.code));
  const shown = faults.slice(0, MOST_FAULTS);
  throw new FaultList(
    codes.size === 1 ? first.code : 'CSV_FILES_INVALID',
    `The files have ${faults.length} faults${faults.length > shown.length ? `, the first ${shown.length} of them` : ''}:`,
    shown,
    { where: first.where, remedy: 'Mend the files and run the date again.', status: 422 },
  );
}
