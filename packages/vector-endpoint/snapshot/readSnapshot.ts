import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { Points } from '../collections/points';
import { damagedSnapshot, type Manifest } from './manifest';
import { readDirectory, readRows, readSections, type BlockEntry, type SegmentEntry } from './segmentFile';

/** Segments that are read at the same time: the disk works while checksums are computed. */
const readers = 4;

async function readBlock(points: Points, file: Awaited<ReturnType<typeof open>>, entry: BlockEntry): Promise<void> {
  for (const rows of entry.dense) {
    await readRows(file, rows, points.rowsOfBlock(rows.name, entry.block, entry.rowCount));
  }
  points.restoreBlock(entry.block, entry.rowCount, await readSections(file, entry));
}

async function readSegment(folder: string, segment: SegmentEntry, points: Points): Promise<void> {
  const path = join(folder, segment.file);
  try {
    const file = await open(path, 'r');
    try {
      for (const entry of await readDirectory(file, segment)) {
        await readBlock(points, file, entry);
      }
    } finally {
      await file.close();
    }
  } catch (error) {
    throw damagedSnapshot(path, (error as Error).message, error);
  }
}

/**
 * Fills empty points from a snapshot.
 *
 * @param report called after each segment with the bytes read so far
 * @throws Error when a file is missing or damaged
 */
export async function readSnapshot(
  folder: string,
  { segments, slotCount }: Manifest,
  points: Points,
  report: (progress: { readBytes: number; totalBytes: number }) => void,
): Promise<void> {
  points.makeRoom(slotCount);
  const left = [...segments];
  const sizeOf = ({ directory }: SegmentEntry): number => directory.position + directory.length;
  const totalBytes = segments.reduce((sum, segment) => sum + sizeOf(segment), 0);
  let readBytes = 0;
  const readNext = async (): Promise<void> => {
    for (let segment = left.shift(); segment !== undefined; segment = left.shift()) {
      await readSegment(folder, segment, points);
      readBytes += sizeOf(segment);
      report({ readBytes, totalBytes });
    }
  };
  await Promise.all(Array.from({ length: readers }, readNext));
  points.finishRestore();
}
