import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { rowsPerBlock } from '../collections/denseVectors';
import type { Points } from '../collections/points';
import { syncDirectoryOf } from '../log/durableFile';
import {
  readManifest,
  removeOtherSegments,
  replaceManifest,
  segmentFileName,
  snapshotFormat,
  type Manifest,
} from './manifest';
import { blocksPerSegment, SegmentWriter, type BlockImage, type SegmentEntry } from './segmentFile';

export const segmentOf = (slot: number): number => Math.floor(slot / (rowsPerBlock * blocksPerSegment));

/**
 * Writes one snapshot while requests change the points. It contains the points as they were when it was created: a block
 * that changes before it was written is copied first. Only segments with changes are written; the others stay as
 * they are.
 */
export class SnapshotRun {
  /** Blocks that are still to be copied. */
  private readonly pending = new Set<number>();
  private readonly copies = new Map<number, BlockImage>();
  private isStopped = false;
  private readonly slotCount: number;
  private readonly segments: readonly number[];

  /**
   * @param changed segments with changes since the previous snapshot
   * @param sequence number of the last operation applied to the points
   */
  constructor(
    private readonly folder: string,
    private readonly points: Points,
    private readonly previous: Manifest | undefined,
    changed: ReadonlySet<number>,
    private readonly sequence: number,
  ) {
    this.slotCount = points.store.slotCount;
    this.segments = [...changed].sort((left, right) => left - right);
    for (const segment of this.segments) {
      this.blocksOf(segment).forEach((block) => this.pending.add(block));
    }
  }

  /** Must be called before a slot changes. */
  beforeChange(slot: number): void {
    const block = Math.floor(slot / rowsPerBlock);
    if (this.pending.has(block)) {
      this.copies.set(block, this.copy(block));
    }
  }

  /** Ends the writing soon: the previous snapshot stays. */
  stop(): void {
    this.isStopped = true;
  }

  /**
   * Writes the snapshot.
   *
   * @returns undefined when it was stopped
   * @throws Error when the files cannot be written; the previous snapshot stays
   */
  async write(): Promise<Manifest | undefined> {
    try {
      return await this.writeFiles();
    } finally {
      // Of the manifest on disk, whatever happened: a failure can also come after it was replaced.
      removeOtherSegments(this.folder, readManifest(this.folder));
    }
  }

  private async writeFiles(): Promise<Manifest | undefined> {
    const written: SegmentEntry[] = [];
    for (const segment of this.segments) {
      const entry = await this.writeSegment(segment);
      if (entry === undefined) {
        break;
      }
      written.push(entry);
    }
    if (this.isStopped) {
      return undefined;
    }
    const rewritten = new Set(this.segments);
    const kept = this.previous?.segments.filter(({ segment }) => !rewritten.has(segment)) ?? [];
    const segments = [...kept, ...written].sort((left, right) => left.segment - right.segment);
    const manifest: Manifest = { format: snapshotFormat, sequence: this.sequence, slotCount: this.slotCount, segments };
    replaceManifest(this.folder, manifest);
    return manifest;
  }

  private async writeSegment(segment: number): Promise<SegmentEntry | undefined> {
    const name = segmentFileName(segment, this.sequence);
    const path = join(this.folder, name);
    // Left by a snapshot that was interrupted.
    await rm(path, { force: true });
    const file = await open(path, 'wx');
    try {
      const writer = new SegmentWriter(file);
      for (const block of this.blocksOf(segment)) {
        // Requests that came meanwhile are answered first.
        await nextTurn();
        if (this.isStopped) {
          return undefined;
        }
        const image = this.copies.get(block) ?? this.copy(block);
        this.copies.delete(block);
        await writer.add(image);
      }
      const directory = await writer.finish();
      syncDirectoryOf(path);
      return { segment, file: name, directory };
    } finally {
      await file.close();
    }
  }

  private blocksOf(segment: number): number[] {
    const first = segment * blocksPerSegment;
    const end = Math.min(first + blocksPerSegment, Math.ceil(this.slotCount / rowsPerBlock));
    return Array.from({ length: Math.max(0, end - first) }, (_, index) => first + index);
  }

  private copy(block: number): BlockImage {
    this.pending.delete(block);
    return this.points.copyBlock(block, Math.min(rowsPerBlock, this.slotCount - block * rowsPerBlock));
  }
}
