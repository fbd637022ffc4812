import { open, rm, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { GatheredWriter } from './gatheredWriter';
import type { ByteRange } from './objectStore';
import { makeTemporaryFolder } from './temporaryFolder';

/**
 * What this process has read of files while it scanned them, on local disk, for the transforms that follow here: a file is then
 * fetched once instead of twice. A cache in every respect: a transform that does not find its range downloads it.
 */
export interface BlockCache {
  /** Begins to keep a block. Undefined when there is no room for one so long, or it is kept already. */
  keep(source: string, block: ByteRange): Promise<KeptBlock | undefined>;
  /** Writes a range into a local file and gives its bytes up; false when not all of it is here. */
  take(source: string, range: ByteRange, localFile: string): Promise<boolean>;
  /** Removes everything. */
  clear(): Promise<void>;
}

/** A block that is being written. It cannot fail: what cannot be written is not kept. */
export interface KeptBlock {
  readonly write: (chunk: Buffer) => Promise<void>;
  /** From now on it may be taken, if it is whole. Until then, and unless this is called, it is nothing. */
  finish(isSound: boolean): Promise<void>;
}

interface Entry extends ByteRange {
  source: string;
  file: string;
  isWhole: boolean;
  /** Bytes taken: ranges do not overlap, so when all are, nobody will ask again. */
  taken: number;
}

/** Of a run that was given up nobody takes anything. */
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
  /** Those that have to go for a new one; undefined when that would not be enough. */
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
      // Before anything is awaited: what others then keep is measured with this one.
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
      const parts = coverageOf([...entries], source, range);
      if (parts === undefined) return false;
      touch();
      try {
        await copyParts(parts, localFile);
      } catch {
        return false;
      }
      for (const { entry, length } of parts) entry.taken += length;
      await remove(parts.flatMap(({ entry }) => (entry.taken >= entry.length ? [entry] : [])));
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

interface Part {
  entry: Entry;
  /** In the entry's file. */
  start: number;
  length: number;
}

/** The parts of blocks that make up a range, in order; undefined when a byte of it is missing. */
function coverageOf(entries: Entry[], source: string, range: ByteRange): Part[] | undefined {
  const end = range.offset + range.length;
  const parts: Part[] = [];
  for (let at = range.offset; at < end;) {
    const entry = entries.find(
      (block) => block.isWhole && block.source === source && block.offset <= at && at < block.offset + block.length,
    );
    if (entry === undefined) return undefined;
    const start = at - entry.offset;
    const length = Math.min(end - at, entry.length - start);
    parts.push({ entry, start, length });
    at += length;
  }
  return parts;
}

async function copyParts(parts: Part[], localFile: string): Promise<void> {
  const target = await open(localFile, 'w');
  try {
    const buffer = Buffer.allocUnsafe(COPY_LENGTH);
    for (const { entry, start, length } of parts) {
      const source = await open(entry.file, 'r');
      try {
        for (let copied = 0; copied < length;) {
          const { bytesRead } = await source.read(buffer, 0, Math.min(buffer.length, length - copied), start + copied);
          if (bytesRead === 0) throw new Error(`${entry.file} is shorter than what was written.`);
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
