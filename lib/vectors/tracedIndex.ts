import { POINTS, type Attributes } from '../telemetry/attributes';
import { databaseCall } from '../telemetry/calls';
import { inSpan, iterateInSpan, type Operation } from '../telemetry/spans';
import type { VectorIndex } from './vectorIndex';

/** The same index, whose calls are in the trace of the run or question that makes them. `server`: where it is. */
export function tracedIndex(index: VectorIndex, alias: string, server: Attributes = {}): VectorIndex {
  const call = (operation: string, points?: number): Operation =>
    databaseCall({ system: 'qdrant', operation, collection: alias, attributes: { ...server, [POINTS]: points } });
  return {
    ensure: () => inSpan(call('ensure'), () => index.ensure()),
    datesOf: (ids) => inSpan(call('datesOf', ids.length), () => index.datesOf(ids)),
    upsert: (points) => inSpan(call('upsert', points.length), () => index.upsert(points)),
    confirm: (ids, run) => inSpan(call('confirm', ids.length), () => index.confirm(ids, run)),
    points: (filter) => iterateInSpan(call('points'), () => index.points(filter)),
    count: (filter) => inSpan(call('count'), () => index.count(filter)),
    remove: (filter) => inSpan(call('remove'), () => index.remove(filter)),
    search: (query) => inSpan(call('search'), () => index.search(query)),
    payloadsOf: (ids) => inSpan(call('payloadsOf', ids.length), () => index.payloadsOf(ids)),
    rarityOf: (termIds) => inSpan(call('rarityOf'), () => index.rarityOf(termIds)),
    check: () => inSpan(call('check'), () => index.check()),
  };
}
