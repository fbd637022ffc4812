import type { PointId } from '../collections/pointId';
import type { Points } from '../collections/points';
import type { JsonObject } from '../json/jsonValue';
import type { Condition, Filter, ValueTest } from './filter';
import { matchesCondition, type Candidate } from './matchFilter';
import { isAboutTheWhole, type FieldIndex } from './matchValue';

type SlotTest = (slot: number) => boolean;

/** A point of the collection for use by filters. One object is reused for all slots of a test. */
class SlotCandidate implements Candidate {
  private parsed: JsonObject | undefined;
  private slot = -1;

  constructor(private readonly points: Points) {}

  at(slot: number): this {
    if (slot !== this.slot) {
      this.slot = slot;
      this.parsed = undefined;
    }
    return this;
  }

  get payload(): JsonObject {
    this.parsed ??= this.points.store.payloadAt(this.slot);
    return this.parsed;
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

/** The test that decides a field condition alone; undefined when several do, or the payload's whole value does. */
function decidingTest(tests: readonly ValueTest[], index: FieldIndex): ValueTest | undefined {
  const [first] = tests;
  const isDeciding = first !== undefined && (tests.length === 1 || index.answers(first));
  return isDeciding && !tests.some(isAboutTheWhole) ? first : undefined;
}

function conditionTest(points: Points, condition: Condition, candidate: SlotCandidate): SlotTest {
  const ofPayload: SlotTest = (slot) => matchesCondition(candidate.at(slot), condition);
  switch (condition.kind) {
    case 'field': {
      const index = points.indexes.get(condition.path.text);
      const deciding = index && decidingTest(condition.tests, index);
      return (deciding && index?.slotTest(deciding)) ?? ofPayload;
    }
    case 'isEmpty':
      return points.indexes.get(condition.path.text)?.emptyTest() ?? ofPayload;
    case 'hasId': {
      const slots = new Set([...condition.ids].map((id) => points.store.slotOf(id)));
      return (slot) => slots.has(slot);
    }
    case 'hasVector':
      return (slot) => points.hasVector(slot, condition.name);
    case 'filter':
      return filterTest(points, condition.filter, candidate);
    default:
      return ofPayload;
  }
}

const always: SlotTest = () => true;

const both = (left: SlotTest, right: SlotTest): SlotTest =>
  left === always ? right : right === always ? left : (slot) => left(slot) && right(slot);

const anyOf = (tests: readonly SlotTest[]): SlotTest | undefined =>
  tests.length === 0 ? undefined : tests.reduce((left, right) => (slot) => left(slot) || right(slot));

function atLeast(minimumCount: number, tests: readonly SlotTest[]): SlotTest {
  return (slot) => {
    let count = 0;
    for (const test of tests) {
      if (count < minimumCount && test(slot)) {
        count++;
      }
    }
    return count >= minimumCount;
  };
}

function filterTest(points: Points, filter: Filter, candidate: SlotCandidate): SlotTest {
  const testsOf = (conditions: readonly Condition[]): SlotTest[] =>
    conditions.map((condition) => conditionTest(points, condition, candidate));
  const must = testsOf(filter.must).reduce(both, always);
  const mustNot = anyOf(testsOf(filter.mustNot));
  const parts = [must, mustNot === undefined ? always : (slot: number) => !mustNot(slot)];
  parts.push(anyOf(testsOf(filter.should)) ?? always);
  if (filter.minShould !== undefined) {
    parts.push(atLeast(filter.minShould.minimumCount, testsOf(filter.minShould.conditions)));
  }
  return parts.reduce(both, always);
}

/**
 * A test whether a point passes a filter: by the payload indexes where they answer a condition, else by the payload.
 * Only used slots may be tested, and only until the next write.
 */
export const singleSlotTest = (points: Points, filter: Filter): SlotTest =>
  filterTest(points, filter, new SlotCandidate(points));

/** Whether one point passes a filter. */
export const slotPasses = (points: Points, slot: number, filter: Filter): boolean =>
  singleSlotTest(points, filter)(slot);
