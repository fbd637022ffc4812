import type { Lakehouse } from '../lakehouse/lakehouse';
import { scanHeaderFile } from '../lakehouse/paths';
import type { RunKey } from '../runs/runKey';
import type { CheckedFile } from './checkHeaders';
import { blocksToScan, type ScanBlock, type ScanHeader, type ScannedFile } from './scan';

/** Lists the blocks to scan in staging, of equal length within a file. Returns their number. */
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

/** Splits everything after a file's header into blocks; none when nothing follows the header. */
export function blocksOf(
  { size, header }: Pick<ScannedFile, 'size' | 'header'>,
  blockLength: number,
): Omit<ScanBlock, 'file'>[] {
  const total = size - header.length;
  const count = Math.ceil(total / blockLength);
  const startOf = (block: number) => header.length + Math.floor((total * block) / count);
  return Array.from({ length: count }, (_unused, block) => ({
    offset: startOf(block),
    length: startOf(block + 1) - startOf(block),
  }));
}
