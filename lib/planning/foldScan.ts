import type { Lakehouse } from '../lakehouse/lakehouse';
import { readJson } from '../staging/readJson';
import { blockSummaryFile, scanHeaderFile } from '../lakehouse/paths';
import type { RunKey } from '../runs/runKey';
import type { SplitRange } from './splitFile';
import { FileFaults } from './fileFaults';
import { FileFold } from './foldFile';
import { mapInOrder } from '../concurrency/mapInOrder';
import type { PlanSummary } from './plan';
import { blocksToScan, type BlockSummary, type ScanHeader, type ScannedFile } from './scan';
import { PlanWriter } from './writePlan';

const PARALLEL_READS = 32;

/**
 * Makes the plan from the summaries of all blocks. Safe to repeat. Throws CSV_* with all faults of the files together.
 * Memory: one shard of blocks, one of ranges.
 */
export async function foldScan(lakehouse: Lakehouse, key: RunKey): Promise<PlanSummary> {
  const { store, containers } = lakehouse;
  const scan = await readJson<ScanHeader>(store, containers.staging, scanHeaderFile(key));
  const plan = new PlanWriter(lakehouse, key);
  const faults = new FileFaults();
  let records = 0;
  let current: { file: ScannedFile; fold: FileFold } | undefined;
  const add = async (file: ScannedFile, range: SplitRange | undefined) => {
    if (range !== undefined && !faults.areThere) await plan.add(file, range);
  };
  const finish = async () => {
    if (current === undefined) return;
    const end = current.fold.finish();
    if (end.fault !== undefined) faults.add(end.fault);
    records += end.records;
    await add(current.file, end.range);
  };
  for await (const { file, summary } of scannedBlocks(lakehouse, key, scan.blocks)) {
    const isFirst = current?.file.path !== file.path;
    if (isFirst) {
      await finish();
      current = { file, fold: new FileFold(file.path, file.header) };
    }
    await add(file, current?.fold.push(summary, isFirst));
  }
  await finish();
  faults.throwAny();
  const { files, bytes, tableVersion } = scan;
  return plan.finish({ files, bytes, records, tableVersion });
}

async function* scannedBlocks(
  lakehouse: Lakehouse,
  key: RunKey,
  count: number,
): AsyncGenerator<{ file: ScannedFile; summary: BlockSummary }> {
  const { store, containers } = lakehouse;
  const read = ({ number }: { number: number }) =>
    readJson<BlockSummary>(store, containers.staging, blockSummaryFile(key, number));
  let first = 0;
  for await (const blocks of blocksToScan(lakehouse, key).pages(count)) {
    const numbered = blocks.map(({ file }, index) => ({ file, number: first + index }));
    for await (const { item, result } of mapInOrder(numbered, PARALLEL_READS, read)) {
      yield { file: item.file, summary: result };
    }
    first += blocks.length;
  }
}
