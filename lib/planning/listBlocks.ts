import type { Lakehouse } from '../lakehouse/lakehouse';
import { scanHeaderFile } from '../lakehouse/paths';
import type { RunKey } from '../runs/runKey';
import type { CheckedFile } from './checkHeaders';
import { blocksToScan, type ScanBlock, type ScanHeader, type ScannedFile } from './scan';

/** Lists, in staging, the blocks in which the files are to be scanned: of even length in each file. Returns their number. */
export async function listBlocks(
  lakehouse: Lakehouse,
  key: RunKey,
  files: readonly CheckedFile[],
  run: Pick<ScanHeader, 'tableVersion' | 'bytes'>,
  blockLength: number,
): Promise<number> {
  const { store, containers } = lakehouse;
  const list = blocksToScan(lakehouse, key).writer();
  for (const { header, ...readable } of files) {
    const { length, firstLine, columns } = header;
    const file: ScannedFile = { ...readable, columns, header: { length, firstLine } };
    for (const block of blocksOf(file, blockLength)) await list.add({ file, ...block });
  }
  const header: ScanHeader = { ...run, files: files.length, blocks: await list.finish() };
  await store.write(containers.staging, scanHeaderFile(key), JSON.stringify(header));
  return header.blocks;
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
