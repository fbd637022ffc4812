import { contractCatalog, type ContractCatalog } from '../contract/contractCatalog';
import type { ContractEngine } from '../contract/reading/contractEngine';
import type { ObjectStore } from '../storage/objectStore';

/**
 * Reads `<dataset>.yaml` from a container of the lake, so that a new dataset needs no new deployment. Each call lists the
 * container; a text is read again when its object has changed. Errors: those of the storage.
 */
export function contractContainer(store: ObjectStore, container: string, engine: ContractEngine): ContractCatalog {
  let etags = new Map<string, string>();
  const kept = new Map<string, { etag: string | undefined; text: string }>();
  return contractCatalog(
    {
      async names() {
        const found = new Map<string, string>();
        for await (const { path, etag } of store.list(container, '')) {
          if (!path.includes('/')) found.set(path, etag);
        }
        etags = found;
        return [...found.keys()];
      },
      async read(file) {
        const etag = etags.get(file);
        const known = kept.get(file);
        if (known && known.etag === etag) return known.text;
        const text = (await store.read(container, file)).toString('utf8');
        kept.set(file, { etag, text });
        return text;
      },
    },
    engine,
  );
}
