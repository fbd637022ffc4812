import { dialectOf } from '../csv/dialect';
import type { Lakehouse } from '../lake/lakehouse';
import { scanHeaderFile, scanShardFile } from '../lake/paths';
import type { RunKey } from '../runs/runKey';
import type { JudgedFile } from './judgeHeaders';
import { RANGES_PER_SHARD } from './plan';
import type { ScanHeader, ScannedFile, ScanPiece, ScanShard } from './scan';

/** Lists, in staging, the pieces in which the files are to be scanned: of even length in each file. Returns their number. */
export async function cutIntoPieces(
  lakehouse: Lakehouse,
  key: RunKey,
  files: readonly JudgedFile[],
  run: Pick<ScanHeader, 'contract' | 'tableVersion' | 'bytes'>,
  pieceLength: number,
): Promise<number> {
  const { store, containers } = lakehouse;
  const dialect = dialectOf(run.contract.source);
  let shard: ScanShard = { dialect, files: [], pieces: [] };
  let shards = 0;
  let pieces = 0;
  const writeShard = async () => {
    await store.write(containers.staging, scanShardFile(key, shards), JSON.stringify(shard));
    shards += 1;
    shard = { dialect, files: [], pieces: [] };
  };
  for (const judged of files) {
    const { header, ...readable } = judged;
    const { length, firstLine, columns } = header;
    const file: ScannedFile = { ...readable, columns, header: { length, firstLine } };
    for (const piece of piecesOf(file, pieceLength)) {
      if (shard.files.at(-1)?.path !== file.path) shard.files.push(file);
      shard.pieces.push({ file: shard.files.length - 1, ...piece });
      pieces += 1;
      if (shard.pieces.length === RANGES_PER_SHARD) await writeShard();
    }
  }
  if (shard.pieces.length > 0) await writeShard();
  const header: ScanHeader = { ...run, files: files.length, pieces };
  await store.write(containers.staging, scanHeaderFile(key), JSON.stringify(header));
  return pieces;
}

/** Everything behind a file's header; nothing when nothing is there. */
export function piecesOf(
  { size, header }: Pick<ScannedFile, 'size' | 'header'>,
  pieceLength: number,
): Omit<ScanPiece, 'file'>[] {
  const whole = size - header.length;
  const count = Math.ceil(whole / pieceLength);
  const startOf = (piece: number) => header.length + Math.floor((whole * piece) / count);
  return Array.from({ length: count }, (_unused, piece) => ({
    offset: startOf(piece),
    length: startOf(piece + 1) - startOf(piece),
  }));
}
