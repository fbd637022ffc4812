import type { Lakehouse } from '../lakehouse/lakehouse';
import { readJson } from '../staging/readJson';
import { blockSummaryFile, scanHeaderFile, scanShardFile } from '../lakehouse/paths';
import type { RunKey } from '../runs/runKey';
import type { SplitRange } from './splitFile';
import { FileFaults } from './fileFaults';
import { FileFold } from './foldFile';
import { mapInOrder } from '../concurrency/mapInOrder';
import { RANGES_PER_SHARD, type PlanSummary } from './plan';
import type { BlockSummary, ScanHeader, ScannedFile, ScanBlock, ScanShard } from './scan';
import { PlanWriter } from './writePlan';

const PARALLEL_READS = 32;

/**
 * Makes the plan out of the summaries that the blocks left. Repeated, it makes the same. Throws CSV_* for what is wrong with
 * the files, all faults together. Memory: one shard of blocks, one of ranges.
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
  { store, containers }: Lakehouse,
  key: RunKey,
  blocks: number,
): AsyncGenerator<{ file: ScannedFile; summary: BlockSummary }> {
  for (let first = 0; first < blocks; first += RANGES_PER_SHARD) {
    const shard = first / RANGES_PER_SHARD;
    const { files, ...listed } = await readJson<ScanShard>(store, containers.staging, scanShardFile(key, shard));
    const numbered = listed.blocks.map((block, index) => ({ block, number: first + index }));
    const read = ({ number }: { block: ScanBlock; number: number }) =>
      readJson<BlockSummary>(store, containers.staging, blockSummaryFile(key, number));
    for await (const { item, result } of mapInOrder(numbered, PARALLEL_READS, read)) {
      const file = files[item.block.file];
      if (file !== undefined) yield { file, summary: result };
    }
  }
}
