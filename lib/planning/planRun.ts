import type { DataContract } from '../contract/contract';
import { dialectOf, type CsvDialect } from '../csv/dialect';
import { readSnapshot } from '../delta/deltaLog';
import type { Lakehouse } from '../lakehouse/lakehouse';
import { requireFittingTable } from '../delta/tableSchema';
import type { IgnoredFiles } from '../runs/ignoredFiles';
import type { RunKey } from '../runs/runKey';
import { keepIgnored } from '../staging/ignoredFiles';
import { contractOfRun, contractToKeep, keepContract } from '../staging/runContract';
import { needsConversion, convertSource } from '../conversion/convertSource';
import { convertedFiles, convertFile, listConversions } from './convertFiles';
import { splitFile, type SplitRange } from './splitFile';
import { listBlocks } from './listBlocks';
import { FileFaults } from './fileFaults';
import { foldScan } from './foldScan';
import { checkHeaders, type CheckedFile } from './checkHeaders';
import type { PlanHeader, PlanSummary } from './plan';
import { convertedFile, openFile, plainFile, sourceOf, type ReadableFile } from './readableFile';
import type { PlanProgress } from './scan';
import { scanBlock } from './scanBlock';
import { listSourceFiles, requireFiles } from './sourceFiles';
import { PlanWriter } from './writePlan';

const DEFAULT_RANGE_LENGTH = 64 * 1024 * 1024;
/** As much as one transform reads: smaller work would be done before other activities had started. */
const DEFAULT_DIRECT_LENGTH = 64 * 1024 * 1024;
/** The size of a file to convert counts so many times: text compresses to about an eighth. */
const CONVERTED_WEIGHT = 8;

type Run = Pick<PlanHeader, 'tableVersion' | 'bytes'>;

/**
 * Begins the plan of one run: finds the files of raw/<dataset>/<date>/ and checks every header. A small run is planned at
 * once; for a large one the work to do in parallel is listed in staging: files to convert, then blocks to scan. Safe to
 * repeat. When a header is wrong, nothing is written. `onIgnored` gets the files that the run ignores, also when the plan
 * then fails. Errors: RAW_FOLDER_NOT_FOUND, RAW_NO_MATCHING_FILE, LAKE_SCHEMA_INCOMPATIBLE, or CSV_* with all faults of the
 * files together (several codes: CSV_FILES_INVALID).
 */
export async function beginPlan(
  lakehouse: Lakehouse,
  key: RunKey,
  onIgnored: (ignored: IgnoredFiles) => Promise<void> = () => Promise.resolve(),
): Promise<PlanProgress> {
  const contract = await contractToKeep(lakehouse, key);
  const snapshot = await readSnapshot(lakehouse, key.dataset);
  if (snapshot !== undefined) requireFittingTable(snapshot, contract, key.date);

  const source = await listSourceFiles(lakehouse, contract, key);
  const { files: listed, ignored } = source;
  await onIgnored(ignored);
  requireFiles(source, lakehouse, contract, key);
  const isToConvert = ({ path }: { path: string }) => needsConversion(contract, path);
  const run: Run = {
    tableVersion: snapshot?.version ?? -1,
    bytes: listed.reduce((bytes, { size }) => bytes + size, 0),
  };
  const plain = listed.filter((info) => !isToConvert(info)).map(plainFile);
  const checked = await checkHeaders(lakehouse, contract, plain);
  const isLittle = weightOf(listed, isToConvert) <= (lakehouse.directPlanLengthInBytes ?? DEFAULT_DIRECT_LENGTH);
  if (!isLittle) {
    await keepContract(lakehouse, key, contract);
    await keepIgnored(lakehouse, key, ignored);
    return plain.length === listed.length
      ? writeBlockList(lakehouse, key, checked, run)
      : { next: 'convert', conversions: await listConversions(lakehouse, key, run, listed, isToConvert) };
  }
  if (plain.length === listed.length) return planDirectly(lakehouse, key, contract, checked, { ...run, ignored });
  const files: ReadableFile[] = [];
  for (const info of listed) {
    const file = isToConvert(info) ? convertedFile(info, await convertSource(lakehouse, key, info, contract)) : info;
    files.push(file === info ? plainFile(info) : file);
  }
  return planDirectly(lakehouse, key, contract, await checkHeaders(lakehouse, contract, files), { ...run, ignored });
}

/** Continues the plan when all files are converted: checks every header and lists the blocks to scan. */
export async function continuePlan(
  lakehouse: Lakehouse,
  key: RunKey,
): Promise<{ blocks: number; conversions: number }> {
  const { survey, files } = await convertedFiles(lakehouse, key);
  const checked = await checkHeaders(lakehouse, await contractOfRun(lakehouse, key), files);
  const { tableVersion, bytes } = survey;
  const { blocks } = await writeBlockList(lakehouse, key, checked, { tableVersion, bytes });
  return { blocks, conversions: files.filter(({ staged }) => staged !== undefined).length };
}

/** The whole planning in one process, in the same order as in a run. */
export async function planRun(lakehouse: Lakehouse, key: RunKey): Promise<PlanSummary> {
  let progress = await beginPlan(lakehouse, key);
  if (progress.next === 'convert') {
    for (let number = 0; number < progress.conversions; number += 1) await convertFile(lakehouse, key, number);
    progress = { next: 'scan', blocks: (await continuePlan(lakehouse, key)).blocks };
  }
  if (progress.next === 'scan') {
    for (let number = 0; number < progress.blocks; number += 1) await scanBlock(lakehouse, key, number);
    return foldScan(lakehouse, key);
  }
  const { next: _, ...summary } = progress;
  return summary;
}

function weightOf(files: readonly { path: string; size: number }[], isToConvert: (file: { path: string }) => boolean) {
  return files.reduce((sum, file) => sum + file.size * (isToConvert(file) ? CONVERTED_WEIGHT : 1), 0);
}

async function writeBlockList(
  lakehouse: Lakehouse,
  key: RunKey,
  files: readonly CheckedFile[],
  run: Run,
): Promise<{ next: 'scan'; blocks: number }> {
  const length = lakehouse.rangeLengthInBytes ?? DEFAULT_RANGE_LENGTH;
  return { next: 'scan', blocks: await listBlocks(lakehouse, key, files, run, length) };
}

/** Reads every file once. Writes the plan when no file has a fault. */
async function planDirectly(
  lakehouse: Lakehouse,
  key: RunKey,
  contract: DataContract,
  files: readonly CheckedFile[],
  run: Run & { ignored: IgnoredFiles },
): Promise<PlanProgress> {
  const length = lakehouse.rangeLengthInBytes ?? DEFAULT_RANGE_LENGTH;
  const faults = new FileFaults();
  const splits: { file: CheckedFile; ranges: SplitRange[] }[] = [];
  let records = 0;
  for (const file of files) {
    const split = await splitAndKeep(lakehouse, file, dialectOf(contract.source), length);
    if (split.fault !== undefined) faults.add(split.fault);
    records += split.records;
    splits.push({ file, ranges: split.ranges });
  }
  faults.throwAny();
  await keepContract(lakehouse, key, contract);
  await keepIgnored(lakehouse, key, run.ignored);
  const plan = new PlanWriter(lakehouse, key);
  for (const { file, ranges } of splits) {
    for (const range of ranges) await plan.add({ ...file, columns: file.header.columns }, range);
  }
  const { bytes, tableVersion } = run;
  return { next: 'transform', ...(await plan.finish({ files: files.length, bytes, records, tableVersion })) };
}

async function splitAndKeep(lakehouse: Lakehouse, file: CheckedFile, dialect: CsvDialect, rangeLength: number) {
  const { header, size } = file;
  const records = { offset: header.length, length: size - header.length };
  const kept = await lakehouse.blocks.keep(sourceOf(lakehouse, file), records);
  let isSound = false;
  try {
    const split = await splitFile(openFile(lakehouse, file), header, dialect, rangeLength, kept?.write);
    isSound = split.fault === undefined;
    return split;
  } finally {
    await kept?.finish(isSound);
  }
}
