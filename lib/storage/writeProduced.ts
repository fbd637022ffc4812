import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import type { ObjectStore } from './objectStore';

/** Resolves when there is room for more. */
export type WriteText = (text: string) => Promise<void>;

/**
 * Replaces the object with the text that `produce` writes, while it writes it: neither memory nor the local disk holds it.
 * As `writeStream`: the object is whole or as it was. Throws what `produce` throws.
 */
export async function writeProduced(
  store: Pick<ObjectStore, 'writeStream'>,
  { container, path }: { container: string; path: string },
  produce: (write: WriteText) => Promise<void>,
): Promise<number> {
  const through = new PassThrough();
  const uploadEnded = new AbortController();
  const upload = store.writeStream(container, path, through).finally(() => uploadEnded.abort());
  const write: WriteText = async (text) => {
    uploadEnded.signal.throwIfAborted();
    if (!through.write(text)) await once(through, 'drain', { signal: uploadEnded.signal });
  };
  const production = produce(write).then(
    () => void through.end(),
    (error: unknown) => void through.destroy(error instanceof Error ? error : new Error(String(error))),
  );
  // The upload fails with the error of either side; the other one only says that it was ended.
  await Promise.allSettled([upload, production]);
  return upload;
}
