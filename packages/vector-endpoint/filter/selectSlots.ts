import type { PayloadIndex } from '../collections/payloadIndex';
import type { PointId } from '../collections/pointId';
import type { Points } from '../collections/points';
import type { JsonObject } from '../json/jsonValue';
import type { Condition, Filter, ValueTest } from './filter';
import { matchesFilter, type Candidate } from './matchFilter';
import { isWithin, type FieldIndex } from './matchValue';

/** A point of the collection for use by filters. One object is reused for all slots. */
class SlotCandidate implements Candidate {
  slot = 0;

  constructor(private readonly points: Points) {}

  get payload(): JsonObject {
    return this.points.store.payloadAt(this.slot);
  }

  get id(): PointId {
    return this.points.store.idAt(this.slot);
  }

  hasVector(name: string): boolean {
    return this.points.hasVector(this.slot, name);
  }

  indexOf(path: string): FieldIndex | undefined {
    return this.points.indexes.get(path);
  }
}

function unite(sets: readonly (Iterable<number> | undefined)[]): Set<number> | undefined {
  const union = new Set<number>();
  for (const set of sets) {
    if (set === undefined) {
      return undefined;
    }
    for (const slot of set) {
      union.add(slot);
    }
  }
  return union;
}

/** A range of date-times or numbers that its index does not hold finds nothing, as in Qdrant. */
const isRangeOfOrder = (index: PayloadIndex, test: ValueTest): boolean =>
  index.hasOrder && (test.kind === 'range' || test.kind === 'datetimeRange');

function slotsPassing(index: PayloadIndex, test: ValueTest): Iterable<number> | undefined {
  if (!index.answers(test) && !isRangeOfOrder(index, test)) {
    return undefined;
  }
  switch (test.kind) {
    case 'value':
      return index.slotsWith(test.value) ?? [];
    case 'any':
      return unite([...test.values].map((value) => index.slotsWith(value) ?? []));
    case 'range':
    case 'datetimeRange': {
      const slots: number[] = [];
      for (const [slot, numbers] of index.numbers()) {
        if (numbers.some((number) => isWithin(number, test.bounds))) {
          slots.push(slot);
        }
      }
      return slots;
    }
    default:
      return undefined;
  }
}

/** A small superset of the points that pass a condition, from the indexes; undefined when no index helps. */
function narrowCondition(points: Points, condition: Condition): ReadonlySet<number> | undefined {
  switch (condition.kind) {
    case 'hasId':
      return new Set([...condition.ids].map((id) => points.store.slotOf(id)).filter((slot) => slot !== undefined));
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

function narrow(points: Points, filter: Filter): ReadonlySet<number> | undefined {
  const sets = filter.must.map((condition) => narrowCondition(points, condition));
  if (filter.should.length > 0) {
    sets.push(unite(filter.should.map((condition) => narrowCondition(points, condition))));
  }
  return sets.reduce(
    (smallest, set) => (set !== undefined && (smallest === undefined || set.size < smallest.size) ? set : smallest),
    undefined,
  );
}

/** The slots of all points that pass a filter, in no particular order. */
export function selectSlots(points: Points, filter: Filter | undefined): number[] {
  if (filter === undefined) {
    return [...points.store.slotsInOrder()];
  }
  const candidate = new SlotCandidate(points);
  const selected: number[] = [];
  for (const slot of narrow(points, filter) ?? points.store.slotsInOrder()) {
    candidate.slot = slot;
    if (points.store.isUsed(slot) && matchesFilter(candidate, filter)) {
      selected.push(slot);
    }
  }
  return selected;
}

/** A fast test whether a slot passes; undefined when all slots pass. */
export function slotTest(points: Points, filter: Filter | undefined): ((slot: number) => boolean) | undefined {
  if (filter === undefined) {
    return undefined;
  }
  const passing = new Uint8Array(points.store.slotCount);
  for (const slot of selectSlots(points, filter)) {
    passing[slot] = 1;
  }
  return (slot) => passing[slot] === 1;
}

/** Whether one point passes a filter. */
export function slotPasses(points: Points, slot: number, filter: Filter): boolean {
  const candidate = new SlotCandidate(points);
  candidate.slot = slot;
  return matchesFilter(candidate, filter);
}
