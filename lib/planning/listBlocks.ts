import type { Lakehouse } from '../lakehouse/lakehouse';
import { scanHeaderFile, scanShardFile } from '../lakehouse/paths';
import type { RunKey } from '../runs/runKey';
import type { CheckedFile } from './checkHeaders';
import { RANGES_PER_SHARD } from './plan';
import type { ScanHeader, ScannedFile, ScanBlock, ScanShard } from './scan';

/** Lists, in staging, the blocks in which the files are to be scanned: of even length in each file. Returns their number. */
export async function listBlocks(
  lakehouse: Lakehouse,
  key: RunKey,
  files: readonly CheckedFile[],
  run: Pick<ScanHeader, 'tableVersion' | 'bytes'>,
  blockLength: number,
): Promise<number> {
  const { store, containers } = lakehouse;
  let shard: ScanShard = { files: [], blocks: [] };
  let shards = 0;
  let blocks = 0;
  const writeShard = async () => {
    await store.write(containers.staging, scanShardFile(key, shards), JSON.stringify(shard));
    shards += 1;
    shard = { files: [], blocks: [] };
  };
  for (const judged of files) {
    const { header, ...readable } = judged;
    const { length, firstLine, columns } = header;
    const file: ScannedFile = { ...readable, columns, header: { length, firstLine } };
    for (const block of blocksOf(file, blockLength)) {
      if (shard.files.at(-1)?.path !== file.path) shard.files.push(file);
      shard.blocks.push({ file: shard.files.length - 1, ...block });
      blocks += 1;
      if (shard.blocks.length === RANGES_PER_SHARD) await writeShard();
    }
  }
  if (shard.blocks.length > 0) await writeShard();
  const header: ScanHeader = { ...run, files: files.length, blocks };
  await store.write(containers.staging, scanHeaderFile(key), JSON.stringify(header));
  return blocks;
}

/** Everything behind a file's header; nothing when nothing is there. */
export function blocksOf(
  { size, header }: Pick<ScannedFile, 'size' | 'header'>,
  blockLength: number,
): Omit<ScanBlock, 'file'>[] {
  const whole = size - header.length;
  const count = Math.ceil(whole / blockLength);
  const startOf = (block: number) => header.length + Math.floor((whole * block) / count);
  return Array.from({ length: count }, (_unused, block) => ({
    offset: startOf(block),
    length: startOf(block + 1) - startOf(block),
  }));
}
