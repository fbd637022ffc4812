import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { replaceFile } from '../log/durableFile';
import type { SegmentEntry } from './segmentFile';

const manifestFile = 'snapshot.json';
const segmentSuffix = '.segment';

/**
 * The format that is written: its blocks have parts. Segments of the first format are read too, and a snapshot may have
 * segments of both, because only changed ones are written.
 */
export const snapshotFormat = 2;

/** Which segments are the snapshot of a collection. */
export interface Manifest {
  readonly format: 1 | typeof snapshotFormat;
  /** Number of the last operation that the snapshot contains. */
  readonly sequence: number;
  readonly slotCount: number;
  readonly segments: readonly SegmentEntry[];
}

export const segmentFileName = (segment: number, sequence: number): string => `${segment}-${sequence}${segmentSuffix}`;

export const damagedSnapshot = (path: string, reason: string, cause?: unknown): Error =>
  new Error(
    `${path} is damaged: ${reason}. Restore the file, or delete the data folder and load the collection again.`,
    { cause },
  );

/**
 * The manifest of a collection's folder; undefined when it has no snapshot.
 *
 * @throws Error when the manifest is damaged or of another version
 */
export function readManifest(folder: string): Manifest | undefined {
  const path = join(folder, manifestFile);
  if (!existsSync(path)) {
    return undefined;
  }
  let saved: { crc?: number; manifest?: Manifest };
  try {
    saved = JSON.parse(readFileSync(path, 'utf8')) as typeof saved;
  } catch (error) {
    throw damagedSnapshot(path, 'it is not JSON', error);
  }
  if (saved.manifest === undefined || saved.crc !== crc32(JSON.stringify(saved.manifest))) {
    throw damagedSnapshot(path, 'it does not match its checksum');
  }
  const format: number = saved.manifest.format;
  if (format !== 1 && format !== snapshotFormat) {
    throw new Error(
      `${path} is a snapshot of another version: found format ${format}, expected 1 or ${snapshotFormat}. ` +
        'Start the version that wrote it, or delete the data folder and load the collection again.',
    );
  }
  return saved.manifest;
}

/** Replaces the manifest atomically: from then on, its segments are the snapshot. */
export function replaceManifest(folder: string, manifest: Manifest): void {
  const crc = crc32(JSON.stringify(manifest));
  replaceFile(join(folder, manifestFile), JSON.stringify({ crc, manifest }));
}

/** Deletes the segment files that are not of this snapshot: replaced ones, and those of an interrupted snapshot. */
export function removeOtherSegments(folder: string, manifest: Manifest | undefined): void {
  const current = new Set(manifest?.segments.map(({ file }) => file));
  for (const file of readdirSync(folder)) {
    if (file.endsWith(segmentSuffix) && !current.has(file)) {
      rmSync(join(folder, file), { force: true });
    }
  }
}
