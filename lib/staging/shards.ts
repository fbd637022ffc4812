import type { Lakehouse } from '../lakehouse/lakehouse';
import { readJson } from './readJson';

/** Items in one shard. A task reads one shard, not the whole list. */
export const ITEMS_PER_SHARD = 200;

/**
 * A list of any length in staging, its items numbered from 0 and kept in objects of 200. Memory: one shard. Error:
 * RUN_STAGING_GONE when a shard does not exist.
 */
export interface Shards<Item> {
  /** Starts a new list, which replaces an earlier one shard by shard. */
  writer(): ShardWriter<Item>;
  /** The item with this number; undefined past the end of the last shard. */
  read(number: number): Promise<Item | undefined>;
  /** The first `count` items in order, a shard at a time. */
  pages(count: number): AsyncIterable<Item[]>;
}

export interface ShardWriter<Item> {
  add(item: Item): Promise<void>;
  /** Writes the last shard. Returns the number of items. */
  finish(): Promise<number>;
}

/** `pathOf` returns the path of a shard in the staging container, by the shard's number from 0. */
export function shardsOf<Item>(
  { store, containers }: Pick<Lakehouse, 'store' | 'containers'>,
  pathOf: (shard: number) => string,
): Shards<Item> {
  const readShard = (shard: number) => readJson<Item[]>(store, containers.staging, pathOf(shard));
  return {
    writer() {
      let items: Item[] = [];
      let shards = 0;
      const write = async () => {
        await store.write(containers.staging, pathOf(shards), JSON.stringify(items));
        shards += 1;
        items = [];
      };
      return {
        async add(item) {
          items.push(item);
          if (items.length === ITEMS_PER_SHARD) await write();
        },
        async finish() {
          const count = shards * ITEMS_PER_SHARD + items.length;
          if (items.length > 0) await write();
          return count;
        },
      };
    },

    async read(number) {
      return (await readShard(Math.floor(number / ITEMS_PER_SHARD)))[number % ITEMS_PER_SHARD];
    },

    async *pages(count) {
      for (let first = 0; first < count; first += ITEMS_PER_SHARD) yield await readShard(first / ITEMS_PER_SHARD);
    },
  };
}
