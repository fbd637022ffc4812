/**
 * Bounded concurrency for the whole of lib. It is our own code because p-map and p-limit are published as ES modules only
 * and lib compiles to CommonJS, and because the results are a stream: memory stays bounded for any number of items.
 *
 * Does the work for each item, at most `width` at a time, and yields the results in the order of the items. The next item
 * is read when a result has been read. A failure is thrown in its item's turn, after all running work has ended, so that
 * no work outlives its caller.
 */
export async function* mapInOrder<Item, Result>(
  items: Iterable<Item> | AsyncIterable<Item>,
  width: number,
  work: (item: Item) => Promise<Result>,
): AsyncGenerator<{ item: Item; result: Result }> {
  const underWay: { item: Item; result: Promise<Result> }[] = [];
  try {
    for await (const item of items) {
      const result = work(item);
      // Awaited in its turn; until then a rejection must not count as unhandled.
      result.catch(() => undefined);
      underWay.push({ item, result });
      if (underWay.length < width) continue;
      const first = underWay.shift();
      if (first !== undefined) yield { item: first.item, result: await first.result };
    }
    for (const { item, result } of underWay) yield { item, result: await result };
  } finally {
    await Promise.allSettled(underWay.map(({ result }) => result));
  }
}

/** Like `mapInOrder`, for results that fit into memory together. */
export async function mapAll<Item, Result>(
  items: Iterable<Item> | AsyncIterable<Item>,
  width: number,
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  for await (const { result } of mapInOrder(items, width, work)) results.push(result);
  return results;
}
