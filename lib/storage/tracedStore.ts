import { stat } from 'node:fs/promises';
import { BYTES } from '../telemetry/attributes';
import { countStorageBytes, storageCall } from '../telemetry/calls';
import { inSpan, iterateInSpan, type SetAttributes } from '../telemetry/spans';
import type { ObjectStore } from './objectStore';

/** The same store, whose calls are in the trace of the run or question that makes them. */
export function tracedStore(store: ObjectStore): ObjectStore {
  const moved = (direction: 'read' | 'write', container: string, bytes: number, set: SetAttributes): void => {
    set({ [BYTES]: bytes });
    countStorageBytes(direction, container, bytes);
  };
  return {
    ensureContainer: (container) => inSpan(storageCall('ensure', container), () => store.ensureContainer(container)),
    list: (container, prefix) => iterateInSpan(storageCall('list', container), () => store.list(container, prefix)),
    read: (container, path, range) =>
      inSpan(storageCall('read', container), async (set) => {
        const content = await store.read(container, path, range);
        moved('read', container, content.length, set);
        return content;
      }),
    stream: (container, path, range) =>
      iterateInSpan(storageCall('stream', container), async function* (set) {
        let bytes = 0;
        try {
          for await (const block of store.stream(container, path, range)) {
            bytes += block.length;
            yield block;
          }
        } finally {
          moved('read', container, bytes, set);
        }
      }),
    info: (container, path) => inSpan(storageCall('info', container), () => store.info(container, path)),
    download: (container, path, localFile, range) =>
      inSpan(storageCall('download', container), async (set) => {
        await store.download(container, path, localFile, range);
        moved('read', container, range?.length ?? (await stat(localFile)).size, set);
      }),
    write: (container, path, content) =>
      inSpan(storageCall('write', container), async (set) => {
        await store.write(container, path, content);
        moved('write', container, Buffer.byteLength(content), set);
      }),
    writeIfAbsent: (container, path, content) =>
      inSpan(storageCall('writeIfAbsent', container), async (set) => {
        const outcome = await store.writeIfAbsent(container, path, content);
        if (outcome === 'written') moved('write', container, Buffer.byteLength(content), set);
        return outcome;
      }),
    writeStream: (container, path, blocks) =>
      inSpan(storageCall('writeStream', container), async (set) => {
        const bytes = await store.writeStream(container, path, blocks);
        moved('write', container, bytes, set);
        return bytes;
      }),
    upload: (container, path, localFile) =>
      inSpan(storageCall('upload', container), async (set) => {
        await store.upload(container, path, localFile);
        moved('write', container, (await stat(localFile)).size, set);
      }),
    remove: (container, path) => inSpan(storageCall('remove', container), () => store.remove(container, path)),
  };
}
