/** Does the work for each item, `width` at a time, and gives the results in the items' order. */
export async function* mapInOrder<Item, Result>(
  items: Iterable<Item>,
  width: number,
  work: (item: Item) => Promise<Result>,
): AsyncGenerator<{ item: Item; result: Result }> {
  const underWay: { item: Item; result: Promise<Result> }[] = [];
  for (const item of items) {
    const result = work(item);
    // Awaited in its turn; until then a failure must not count as unhandled.
    result.catch(() => undefined);
    underWay.push({ item, result });
    if (underWay.length < width) continue;
    const first = underWay.shift();
    if (first !== undefined) yield { item: first.item, result: await first.result };
  }
  for (const { item, result } of underWay) yield { item, result: await result };
}
