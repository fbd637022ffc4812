import { open, rm, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { GatheredWriter } from './gatheredWriter';
import type { ByteRange } from './objectStore';
import { makeTemporaryFolder } from './temporaryFolder';

/**
 * Keeps the blocks that this process has scanned on local disk, for later transforms in the same process: a file is then
 * fetched once instead of twice. It is only a cache: a transform that does not find its range here downloads it.
 */
export interface BlockCache {
  /** Starts to keep a block. Undefined when there is no room for it, or it is kept already. */
  keep(source: string, block: ByteRange): Promise<KeptBlock | undefined>;
  /** Writes a range into a local file and frees its bytes; false when some of them are not in the cache. */
  take(source: string, range: ByteRange, localFile: string): Promise<boolean>;
  /** Removes everything. */
  clear(): Promise<void>;
}

/** A block that is being written. Never throws: when writing fails, the block is not kept. */
export interface KeptBlock {
  readonly write: (chunk: Buffer) => Promise<void>;
  /** Makes the block available when it is sound and complete; otherwise removes it. */
  finish(isSound: boolean): Promise<void>;
}

interface Entry extends ByteRange {
  source: string;
  file: string;
  isWhole: boolean;
  /** Bytes taken. Ranges do not overlap, so a block of which all bytes are taken is not needed again. */
  taken: number;
}

/** Blocks of abandoned runs are never taken, so everything is removed after this time without use. */
const IDLE_TIME_IN_MILLISECONDS = 10 * 60 * 1000;
const COPY_LENGTH = 4 * 1024 * 1024;

export function createBlockCache(settings: { limitInBytes: number; temporaryDirectory: string }): BlockCache {
  /** Oldest first. */
  const entries = new Set<Entry>();
  let folder: Promise<string> | undefined;
  let files = 0;
  let idle: NodeJS.Timeout | undefined;

  const remove = async (gone: Entry[]): Promise<void> => {
    for (const entry of gone) entries.delete(entry);
    await Promise.all(gone.filter(({ file }) => file !== '').map(({ file }) => rm(file, { force: true })));
    if (entries.size > 0 || folder === undefined) return;
    const empty = folder;
    folder = undefined;
    clearTimeout(idle);
    await rm(await empty, { recursive: true, force: true });
  };
  const touch = (): void => {
    clearTimeout(idle);
    idle = setTimeout(() => void remove([...entries]).catch(() => undefined), IDLE_TIME_IN_MILLISECONDS).unref();
  };
  /** Entries to remove for a new one; undefined when that is not enough. */
  const makingRoomFor = (length: number): Entry[] | undefined => {
    let over = [...entries].reduce((sum, entry) => sum + entry.length, length - settings.limitInBytes);
    const oldest = [...entries].filter(({ isWhole }) => isWhole);
    const gone: Entry[] = [];
    while (over > 0) {
      const next = oldest.shift();
      if (next === undefined) return undefined;
      gone.push(next);
      over -= next.length;
    }
    return gone;
  };

  return {
    async keep(source, block) {
      const isKept = [...entries].some((entry) => entry.source === source && entry.offset === block.offset);
      if (isKept || block.length === 0 || block.length > settings.limitInBytes) return undefined;
      const gone = makingRoomFor(block.length);
      if (gone === undefined) return undefined;
      // Added before any await, so that concurrent calls count this entry too.
      const entry: Entry = { source, ...block, file: '', isWhole: false, taken: 0 };
      entries.add(entry);
      touch();
      files += 1;
      const name = `block-${files}`;
      try {
        await remove(gone);
        folder ??= makeTemporaryFolder(settings.temporaryDirectory);
        entry.file = path.join(await folder, name);
        return keptBlock(entry, await open(entry.file, 'w'), () => remove([entry]));
      } catch {
        await remove([entry]);
        return undefined;
      }
    },

    async take(source, range, localFile) {
      const slices = coverageOf([...entries], source, range);
      if (slices === undefined) return false;
      touch();
      try {
        await copySlices(slices, localFile);
      } catch {
        return false;
      }
      for (const { entry, length } of slices) entry.taken += length;
      await remove(slices.flatMap(({ entry }) => (entry.taken >= entry.length ? [entry] : [])));
      return true;
    },

    clear: () => remove([...entries]),
  };
}

function keptBlock(entry: Entry, file: FileHandle, remove: () => Promise<void>): KeptBlock {
  const writer = new GatheredWriter(file, 0);
  let length = 0;
  let hasFailed = false;
  const attempt = async (work: () => Promise<void>): Promise<void> => {
    if (hasFailed) return;
    await work().catch(() => {
      hasFailed = true;
    });
  };
  return {
    write: async (chunk) => {
      length += chunk.length;
      await attempt(() => writer.write(chunk));
    },
    async finish(isSound) {
      await attempt(() => writer.flush());
      await file.close().catch(() => undefined);
      if (isSound && !hasFailed && length === entry.length) entry.isWhole = true;
      else await remove();
    },
  };
}

interface Slice {
  entry: Entry;
  /** Offset in the entry's file. */
  start: number;
  length: number;
}

/** The slices of blocks that make up a range, in order; undefined when a byte of it is missing. */
function coverageOf(entries: Entry[], source: string, range: ByteRange): Slice[] | undefined {
  const end = range.offset + range.length;
  const slices: Slice[] = [];
  for (let at = range.offset; at < end;) {
    const entry = entries.find(
      (block) => block.isWhole && block.source === source && block.offset <= at && at < block.offset + block.length,
    );
    if (entry === undefined) return undefined;
    const start = at - entry.offset;
    const length = Math.min(end - at, entry.length - start);
    slices.push({ entry, start, length });
    at += length;
  }
  return slices;
}

async function copySlices(slices: Slice[], localFile: string): Promise<void> {
  const target = await open(localFile, 'w');
  try {
    const buffer = Buffer.allocUnsafe(COPY_LENGTH);
    for (const { entry, start, length } of slices) {
      const source = await open(entry.file, 'r');
      try {
        for (let copied = 0; copied < length;) {
          const { bytesRead } = await source.read(buffer, 0, Math.min(buffer.length, length - copied), start + copied);
          if (bytesRead === 0) throw new Error(`${entry.file} is shorter than expected.`);
          await target.writeFile(buffer.subarray(0, bytesRead));
          copied += bytesRead;
        }
      } finally {
        await source.close();
      }
    }
  } finally {
    await target.close();
  }
}
