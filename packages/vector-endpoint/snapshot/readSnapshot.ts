import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { Points } from '../collections/points';
import { SharedSlabs } from '../memory/sharedSlabs';
import { damagedSnapshot, type Manifest } from './manifest';
import { checkExtents, readDirectory, readExtent, readLater, ReadBuffer } from './readSegment';
import { Sections, type Part } from './sections';
import type { BlockEntry, Extent, PartEntry, SegmentEntry } from './segmentFile';

/** Segments that are read at the same time: the disk works while checksums are computed. */
const readers = 4;

function extentsOf({ position, pieces }: PartEntry): Extent[] {
  let next = position;
  return pieces.map(([length, crc]) => {
    const extent = { position: next, length, crc };
    next += length;
    return extent;
  });
}

/** Reads segments one after another, and uses the same memory for each. */
class SegmentReader {
  private readonly buffer = new ReadBuffer();

  constructor(
    private readonly folder: string,
    private readonly points: Points,
    private readonly slabs: SharedSlabs,
  ) {}

  async read(segment: SegmentEntry): Promise<void> {
    const path = join(this.folder, segment.file);
    try {
      const file = await open(path, 'r');
      try {
        for (const entry of await readDirectory(file, segment)) {
          await this.readBlock(path, file, entry);
        }
      } finally {
        await file.close();
      }
    } catch (error) {
      throw damagedSnapshot(path, (error as Error).message, error);
    }
  }

  private async readBlock(path: string, file: FileHandle, entry: BlockEntry): Promise<void> {
    const { block, rowCount } = entry;
    const parts = await this.readParts(path, file, entry.parts ?? []);
    const { length, list } = entry.sections;
    // The first format has parts among its sections: they stay where they are.
    const bytes = entry.parts === undefined ? Buffer.allocUnsafeSlow(length) : this.buffer.ofLength(length);
    await readExtent(file, entry.sections, bytes);
    for (const rows of entry.rounded ?? []) {
      await readExtent(file, rows, this.points.rowsOfBlock('rounded', rows.name, block, rowCount));
    }
    // Last: in the first format they are rounded now, while they are in the caches of the processor.
    for (const rows of entry.dense) {
      await readExtent(file, rows, this.points.rowsOfBlock('dense', rows.name, block, rowCount));
    }
    this.points.restoreBlock(block, rowCount, Sections.unpack(bytes, list, parts));
  }

  private async readParts(path: string, file: FileHandle, parts: readonly PartEntry[]): Promise<Map<string, Part>> {
    const found = new Map<string, Part>();
    for (const part of parts) {
      const extents = extentsOf(part);
      if (part.isReadAtStart) {
        const pieces = extents.map(({ length }) => this.slabs.allocate(length));
        for (const [index, extent] of extents.entries()) {
          await readExtent(file, extent, pieces[index]!);
        }
        found.set(
          part.name,
          pieces.map((bytes) => () => bytes),
        );
      } else {
        await checkExtents(file, extents, this.buffer);
        found.set(
          part.name,
          extents.map((extent) => () => readLater(path, extent)),
        );
      }
    }
    return found;
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
  const slabs = new SharedSlabs(totalBytes);
  let readBytes = 0;
  const readNext = async (): Promise<void> => {
    const reader = new SegmentReader(folder, points, slabs);
    for (let segment = left.shift(); segment !== undefined; segment = left.shift()) {
      await reader.read(segment);
      readBytes += sizeOf(segment);
      report({ readBytes, totalBytes });
    }
  };
  await Promise.all(Array.from({ length: readers }, readNext));
  points.finishRestore();
}
