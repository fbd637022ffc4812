import { copyFile, link, mkdir, open, readdir, rename, readFile, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { PipelineError } from '../../lib/problems/problem';
import type { ByteRange, ObjectInfo, ObjectStore } from '../../lib/storage/objectStore';

/** Bytes. */
const STREAM_LENGTH = 2 * 1024 * 1024;

/**
 * A folder as an object store, so that storage takes no time: uploads and downloads create a hard link instead of a copy.
 * `splitRange` returns a file that contains exactly that range of an object, if one exists.
 */
export function localStore(
  folder: string,
  splitRange: (range: ByteRange) => string | undefined = () => undefined,
): ObjectStore {
  const fileOf = (container: string, name: string) => path.join(folder, container, name);
  const infoOf = async (container: string, name: string): Promise<ObjectInfo | undefined> => {
    try {
      const { size, mtime, mtimeMs } = await stat(fileOf(container, name));
      return { path: name, size, etag: `"${mtimeMs}"`, lastModified: mtime };
    } catch {
      return undefined;
    }
  };
  const write = async (container: string, name: string, content: Buffer | string) => {
    const file = fileOf(container, name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, content);
  };
  return {
    ensureContainer: async (container) =>
      (await mkdir(path.join(folder, container), { recursive: true })) !== undefined,
    async *list(container, prefix) {
      const root = path.join(folder, container);
      const names = await readdir(root, { recursive: true }).catch(() => []);
      for (const name of names.sort()) {
        if (!name.startsWith(prefix) || !(await stat(path.join(root, name))).isFile()) continue;
        const info = await infoOf(container, name);
        if (info !== undefined) yield info;
      }
    },
    async read(container, name, range) {
      if ((await infoOf(container, name)) === undefined) {
        throw new PipelineError('LAKE_OBJECT_NOT_FOUND', 'The object does not exist.', { where: { file: name } });
      }
      return range === undefined ? readFile(fileOf(container, name)) : readRange(fileOf(container, name), range);
    },
    stream: (container, name, range) => streamRange(fileOf(container, name), range),
    info: infoOf,
    async download(container, name, localFile, range) {
      const local = range === undefined ? fileOf(container, name) : splitRange(range);
      if (local !== undefined) await link(local, localFile);
      else if (range !== undefined) await writeFile(localFile, await readRange(fileOf(container, name), range));
    },
    write,
    async writeIfAbsent(container, name, content) {
      if ((await infoOf(container, name)) !== undefined) return 'exists';
      await write(container, name, content);
      return 'written';
    },
    async writeStream(container, name, blocks) {
      const file = fileOf(container, name);
      await mkdir(path.dirname(file), { recursive: true });
      await writeFile(`${file}.part`, blocks);
      await rename(`${file}.part`, file);
      return (await stat(file)).size;
    },
    async upload(container, name, localFile) {
      const file = fileOf(container, name);
      await mkdir(path.dirname(file), { recursive: true });
      await rm(file, { force: true });
      // The transform's folder is removed right after, so a hard link is as good as a copy.
      await link(localFile, file).catch(() => copyFile(localFile, file));
    },
    remove: (container, name) => rm(fileOf(container, name), { force: true }),
  };
}

export async function readRange(file: string, range: ByteRange): Promise<Buffer> {
  const handle = await open(file, 'r');
  try {
    const bytes = Buffer.allocUnsafe(range.length);
    let filled = 0;
    while (filled < bytes.length) {
      const { bytesRead } = await handle.read(bytes, filled, bytes.length - filled, range.offset + filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    return bytes.subarray(0, filled);
  } finally {
    await handle.close();
  }
}

/** Reads the next buffer while the consumer uses the current one. */
async function* streamRange(file: string, { offset, length }: ByteRange): AsyncGenerator<Buffer, void> {
  const handle = await open(file, 'r');
  try {
    const read = (from: number) => {
      const block = Buffer.allocUnsafe(Math.min(STREAM_LENGTH, length - from));
      return handle.read(block, 0, block.length, offset + from);
    };
    let next = length > 0 ? read(0) : undefined;
    for (let at = 0; next !== undefined;) {
      const { buffer, bytesRead } = await next;
      at += bytesRead;
      next = at < length && bytesRead > 0 ? read(at) : undefined;
      if (bytesRead > 0) yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await handle.close();
  }
}
