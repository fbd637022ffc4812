import type { ObjectStore } from '../../lib/storage/objectStore';

export interface CountingStore extends ObjectStore {
  /** Bytes and requests since the last call. */
  taken(): { bytes: number; requests: number; paths: string[] };
}

/** The same store; it counts reads of objects whose path contains `pattern`. */
export function countingStore(store: ObjectStore, pattern: string): CountingStore {
  let taken = { bytes: 0, requests: 0, paths: [] as string[] };
  const note = (path: string, bytes: number, requests = 0) => {
    if (!path.includes(pattern)) return;
    taken.bytes += bytes;
    taken.requests += requests;
    if (requests > 0) taken.paths.push(path);
  };
  return {
    ...store,
    async read(container, path, range) {
      const content = await store.read(container, path, range);
      note(path, content.length, 1);
      return content;
    },
    async *stream(container, path, range) {
      note(path, 0, 1);
      for await (const chunk of store.stream(container, path, range)) {
        note(path, chunk.length);
        yield chunk;
      }
    },
    async download(container, path, localFile, range) {
      await store.download(container, path, localFile, range);
      note(path, range?.length ?? (await store.info(container, path))?.size ?? 0, 1);
    },
    taken() {
      const result = taken;
      taken = { bytes: 0, requests: 0, paths: [] };
      return result;
    },
  };
}
