import type { VectorIndex } from '../../vectors/vectorIndex';
import type { UsageMeter } from '../usageMeter';

/** The same index, which counts its calls and the points that it writes. A list counts once for each page. */
export function countedVectors(index: VectorIndex, { count }: Pick<UsageMeter, 'count'>): VectorIndex {
  const countOne = (): void => count({ vectorOperations: 1 });
  return {
    ensure: () => {
      countOne();
      return index.ensure();
    },
    datesOf: (ids) => {
      countOne();
      return index.datesOf(ids);
    },
    upsert: (points) => {
      count({ vectorOperations: 1, vectorPointsWritten: points.length });
      return index.upsert(points);
    },
    confirm: (ids, run) => {
      countOne();
      return index.confirm(ids, run);
    },
    async *points(filter) {
      let isFirst = true;
      countOne();
      for await (const page of index.points(filter)) {
        if (!isFirst) countOne();
        isFirst = false;
        yield page;
      }
    },
    count: (filter) => {
      countOne();
      return index.count(filter);
    },
    remove: (filter) => {
      countOne();
      return index.remove(filter);
    },
    search: (query) => {
      countOne();
      return index.search(query);
    },
    payloadsOf: (ids) => {
      countOne();
      return index.payloadsOf(ids);
    },
    rarityOf: (termIds) => {
      countOne();
      return index.rarityOf(termIds);
    },
    check: () => index.check(),
  };
}
