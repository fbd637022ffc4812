/**
 * Bounded concurrency for the whole of lib. Ours, because p-map and p-limit are published as ES modules only and lib
 * compiles to CommonJS, and because the results here are a stream: memory stays bounded however many items there are.
 *
 * Does the work for each item, at most `width` at a time, and gives the results in the items' order; the next item is taken
 * when a result has been taken. A failure is thrown in its item's turn, once all work under way has ended, so that
 * none outlives its caller.
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
      // Awaited in its turn; until then a failure must not count as unhandled.
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

/** As `mapInOrder`, for results that fit into memory together. */
export async function mapAll<Item, Result>(
  items: Iterable<Item> | AsyncIterable<Item>,
  width: number,
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  for await (const { result } of mapInOrder(items, width, work)) results.push(result);
  return results;
}
