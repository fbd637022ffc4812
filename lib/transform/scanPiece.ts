import type { Lakehouse } from '../lake/lakehouse';
import { readJson } from '../lake/partManifest';
import { pieceSummaryFile, scanShardFile } from '../lake/paths';
import type { RunKey } from '../runs/runKey';
import { rangeOfPart } from './plan';
import { openFile, sourceOf } from './readableFile';
import { requireUnchanged } from './requireUnchanged';
import type { PieceSummary, ScanShard } from './scan';
import { summarisePiece } from './summarisePiece';

/**
 * Scans one piece of a file and leaves its summary in staging. Repeated, it leaves the same. CSV_FILE_CHANGED: the file is
 * not the one whose header was judged; RUN_STAGING_GONE: the run was discarded. Returns the bytes scanned.
 */
export async function scanPiece(lakehouse: Lakehouse, key: RunKey, number: number): Promise<{ bytes: number }> {
  const { store, containers } = lakehouse;
  const { shard, index } = rangeOfPart(number);
  const { dialect, files, pieces } = await readJson<ScanShard>(store, containers.staging, scanShardFile(key, shard));
  const piece = pieces[index];
  const file = piece === undefined ? undefined : files[piece.file];
  if (piece === undefined || file === undefined) throw new Error(`The scan has no piece ${number}.`);
  const kept = await lakehouse.pieces.keep(sourceOf(lakehouse, file), piece);
  let summary: PieceSummary | undefined;
  try {
    summary = await summarisePiece(openFile(lakehouse, file), piece, file.header.length, dialect, kept?.write);
  } finally {
    await kept?.finish(summary !== undefined);
    // Also when reading failed: a file that was cut short is the reason to tell.
    await requireUnchanged(lakehouse, file);
  }
  await store.write(containers.staging, pieceSummaryFile(key, number), JSON.stringify(summary));
  return { bytes: piece.length };
}
