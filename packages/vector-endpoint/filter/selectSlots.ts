import type { PayloadIndex } from '../collections/payloadIndex';
import type { Points } from '../collections/points';
import type { Bounds, Condition, Filter, ValueTest } from './filter';
import { isWithin } from './matchValue';
import { singleSlotTest } from './slotTest';

/** A superset of the points that pass, which is only enumerated when no smaller one is found. */
interface Narrowed {
  /** An upper bound of the number of points. */
  readonly size: number;
  slots(): Iterable<number>;
}

function unite(parts: readonly (Narrowed | undefined)[]): Narrowed | undefined {
  const known = parts.filter((part) => part !== undefined);
  if (known.length < parts.length) {
    return undefined;
  }
  const [first] = known;
  if (known.length === 1 && first !== undefined) {
    return first;
  }
  return {
    size: known.reduce((sum, { size }) => sum + size, 0),
    slots: () => {
      const union = new Set<number>();
      for (const part of known) {
        for (const slot of part.slots()) union.add(slot);
      }
      return union;
    },
  };
}

const ofKey = (index: PayloadIndex, key: string | number | boolean): Narrowed => ({
  size: index.countWith(key),
  slots: () => index.slotsWith(key),
});

/** A range of date-times or numbers that its index does not hold finds nothing, as in Qdrant. */
const isRangeOfOrder = (index: PayloadIndex, test: ValueTest): boolean =>
  index.hasOrder && (test.kind === 'range' || test.kind === 'datetimeRange');

function* slotsWithin(index: PayloadIndex, bounds: Bounds): Generator<number> {
  for (const [slot, numbers] of index.numbers()) {
    if (numbers.some((number) => isWithin(number, bounds))) {
      yield slot;
    }
  }
}

function slotsPassing(index: PayloadIndex, test: ValueTest): Narrowed | undefined {
  if (!index.answers(test) && !isRangeOfOrder(index, test)) {
    return undefined;
  }
  switch (test.kind) {
    case 'value':
      return ofKey(index, test.value);
    case 'any':
      return unite([...test.values].map((value) => ofKey(index, value)));
    case 'range':
    case 'datetimeRange':
      return { size: index.pointCount, slots: () => slotsWithin(index, test.bounds) };
    default:
      return undefined;
  }
}

/** A small superset of the points that pass a condition, from the indexes; undefined when no index helps. */
function narrowCondition(points: Points, condition: Condition): Narrowed | undefined {
  switch (condition.kind) {
    case 'hasId': {
      const slots = new Set(
        [...condition.ids].map((id) => points.store.slotOf(id)).filter((slot) => slot !== undefined),
      );
      return { size: slots.size, slots: () => slots };
    }
    case 'field': {
      const index = points.indexes.get(condition.path.text);
      const [first] = condition.tests;
      // An index that answers the first test decides alone, see matchesField.
      const deciding = first !== undefined && index?.answers(first) === true ? [first] : condition.tests;
      return index && unite(deciding.map((test) => slotsPassing(index, test)));
    }
    case 'filter':
      return narrow(points, condition.filter);
    default:
      return undefined;
  }
}

function narrow(points: Points, filter: Filter): Narrowed | undefined {
  const parts = filter.must.map((condition) => narrowCondition(points, condition));
  if (filter.should.length > 0) {
    parts.push(unite(filter.should.map((condition) => narrowCondition(points, condition))));
  }
  return parts.reduce(
    (smallest, part) => (part !== undefined && (smallest === undefined || part.size < smallest.size) ? part : smallest),
    undefined,
  );
}

/** At most how many points pass, as far as the indexes know without looking at points. */
export const mostThatPass = (points: Points, filter: Filter): number =>
  narrow(points, filter)?.size ?? points.store.size;

/** Calls `take` with the slot of each point that passes, in no particular order. */
function forEachPassing(points: Points, filter: Filter, take: (slot: number) => void): void {
  const passes = singleSlotTest(points, filter);
  const narrowed = narrow(points, filter);
  // A walk over all slots is faster than over a list of a large part of them.
  if (narrowed !== undefined && narrowed.size * 4 < points.store.slotCount) {
    for (const slot of narrowed.slots()) {
      if (passes(slot)) take(slot);
    }
    return;
  }
  for (let slot = 0; slot < points.store.slotCount; slot++) {
    if (points.store.isUsed(slot) && passes(slot)) take(slot);
  }
}

/** The slots of all points that pass a filter, in no particular order. */
export function selectSlots(points: Points, filter: Filter | undefined): number[] {
  if (filter === undefined) {
    return [...points.store.slots()];
  }
  const selected: number[] = [];
  forEachPassing(points, filter, (slot) => selected.push(slot));
  return selected;
}

/** A fast test whether a slot passes; undefined when all slots pass. */
export function slotTest(points: Points, filter: Filter | undefined): ((slot: number) => boolean) | undefined {
  if (filter === undefined) {
    return undefined;
  }
  const passing = new Uint8Array(points.store.slotCount);
  forEachPassing(points, filter, (slot) => (passing[slot] = 1));
  return (slot) => passing[slot] === 1;
}
