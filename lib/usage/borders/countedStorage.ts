import { stat } from 'node:fs/promises';
import type { ObjectStore } from '../../storage/objectStore';
import { connectionsFor, requestsOfStream, requestsOfUpload } from '../../storage/transfers';
import type { UsageMeter } from '../usageMeter';

/** Objects in one page of a list. */
const PAGE_LENGTH = 5000;

/**
 * The same store, which counts requests and bytes by the kinds that the Blob API bills: a request that fails is billed too.
 * A connection that breaks and is opened again counts once, so that with a bad network there are more requests than counted.
 */
export function countedStorage(store: ObjectStore, { count }: Pick<UsageMeter, 'count'>): ObjectStore {
  const written = (content: Buffer | string): void =>
    count({ storageWrites: 1, bytesWritten: Buffer.byteLength(content) });
  return {
    ensureContainer: (container) => {
      count({ storageLists: 1 });
      return store.ensureContainer(container);
    },
    async *list(container, prefix) {
      let listed = 0;
      count({ storageLists: 1 });
      for await (const info of store.list(container, prefix)) {
        if (listed > 0 && listed % PAGE_LENGTH === 0) count({ storageLists: 1 });
        listed += 1;
        yield info;
      }
    },
    read: async (container, path, range) => {
      if (range?.length !== 0) count({ storageReads: 1 });
      const content = await store.read(container, path, range);
      count({ bytesRead: content.length });
      return content;
    },
    async *stream(container, path, range) {
      if (range.length > 0) count({ storageReads: 1 });
      for await (const chunk of store.stream(container, path, range)) {
        count({ bytesRead: chunk.length });
        yield chunk;
      }
    },
    info: (container, path) => {
      count({ storageOthers: 1 });
      return store.info(container, path);
    },
    download: async (container, path, localFile, range) => {
      // The first request for a whole object says how long it is, also for an empty one.
      count({ storageReads: range === undefined ? 1 : connectionsFor(range.length) });
      await store.download(container, path, localFile, range);
      const { size } = await stat(localFile);
      count({ bytesRead: size, ...(range === undefined && { storageReads: Math.max(0, connectionsFor(size) - 1) }) });
    },
    write: (container, path, content) => {
      written(content);
      return store.write(container, path, content);
    },
    writeIfAbsent: (container, path, content) => {
      written(content);
      return store.writeIfAbsent(container, path, content);
    },
    writeStream: async (container, path, blocks) => {
      const size = await store.writeStream(container, path, blocks);
      count({ storageWrites: requestsOfStream(size), bytesWritten: size });
      return size;
    },
    upload: async (container, path, localFile) => {
      const { size } = await stat(localFile);
      count({ storageWrites: requestsOfUpload(size), bytesWritten: size });
      return store.upload(container, path, localFile);
    },
    remove: (container, path) => {
      count({ storageDeletes: 1 });
      return store.remove(container, path);
    },
  };
}
