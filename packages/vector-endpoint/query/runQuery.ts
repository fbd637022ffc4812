import type { Catalogue } from '../collections/catalogue';
import type { Collection } from '../collections/collection';
import type { PointId } from '../collections/pointId';
import { wrongInput } from '../errors';
import { mergeFilters, type Filter } from '../filter/filter';
import { slotTest } from '../filter/selectSlots';
import { fuse } from './fusion';
import { nearestSlots } from './nearest';
import { slotsOrderedBy } from './orderBy';
import type { QueryPlan, QueryStage } from './queryPlan';
import type { ScoredSlot } from './scoredSlots';

type SlotTest = ((slot: number) => boolean) | undefined;

/** Runs the stages of one query against one collection. */
class QueryRun {
  constructor(
    private readonly catalogue: Catalogue,
    private readonly collection: Collection,
  ) {}

  /** The filter of an outer stage also applies to its prefetches. */
  run(stage: QueryStage, outerFilter: Filter | undefined): ScoredSlot[] {
    const filter = mergeFilters(outerFilter, stage.filter);
    if (stage.prefetches.length === 0) {
      return this.score(stage, slotTest(this.collection.points, filter));
    }
    const lists = stage.prefetches.map((prefetch) => this.run(prefetch, filter));
    if (stage.scoring?.kind === 'fusion') {
      const fused = fuse(lists, stage.scoring.fusion);
      const threshold = stage.scoreThreshold === undefined ? -Infinity : Math.fround(stage.scoreThreshold);
      return fused.filter(({ score }) => score >= threshold).slice(0, stage.limit);
    }
    const found = new Set(lists.flat().map(({ slot }) => slot));
    return this.score(stage, (slot) => found.has(slot));
  }

  /** Scores the points of the collection that pass a test. */
  private score(stage: QueryStage, isCandidate: SlotTest): ScoredSlot[] {
    const { points } = this.collection;
    const { scoring, limit } = stage;
    switch (scoring?.kind) {
      case undefined:
        return this.candidates(isCandidate).slice(0, limit).map(withoutScore);
      case 'nearest':
        return nearestSlots(this.catalogue, this.collection, scoring, isCandidate, stage.scoreThreshold, limit);
      case 'orderBy':
        return slotsOrderedBy(points, scoring.orderBy, isCandidate, limit);
      case 'sample':
        return shuffle(this.candidates(isCandidate)).slice(0, limit).map(withoutScore);
      case 'fusion':
        throw wrongInput('Validation failed: cannot apply Fusion without prefetches');
    }
  }

  private candidates(isCandidate: SlotTest): number[] {
    const all = this.collection.points.store.slotsInOrder();
    return isCandidate === undefined ? [...all] : all.filter(isCandidate);
  }
}

/** Points that were not compared with anything have a score of 1. */
const withoutScore = (slot: number): ScoredSlot => ({ slot, score: 1 });

function shuffle(slots: number[]): number[] {
  for (let index = slots.length - 1; index > 0; index--) {
    const other = Math.floor(Math.random() * (index + 1));
    [slots[index], slots[other]] = [slots[other] as number, slots[index] as number];
  }
  return slots;
}

/**
 * The points of this collection whose vectors a stage uses as its query. No stage returns them, because a point is not its
 * own neighbour. A point with the same id in another collection is a different point.
 */
function referencedPoints(catalogue: Catalogue, collection: Collection, stage: QueryStage): PointId[] {
  const { scoring } = stage;
  const nested = stage.prefetches.flatMap((prefetch) => referencedPoints(catalogue, collection, prefetch));
  if (scoring?.kind !== 'nearest' || scoring.vector.kind !== 'point') {
    return nested;
  }
  const isElsewhere = scoring.lookupFrom !== undefined && catalogue.find(scoring.lookupFrom.collection) !== collection;
  return isElsewhere ? nested : [scoring.vector.id, ...nested];
}

/** Runs a query: the points of its page, best first. */
export function runQuery(catalogue: Catalogue, collection: Collection, plan: QueryPlan): ScoredSlot[] {
  const referenced = referencedPoints(catalogue, collection, plan.stage);
  const filter: Filter | undefined =
    referenced.length === 0
      ? undefined
      : { must: [], should: [], mustNot: [{ kind: 'hasId', ids: new Set(referenced) }] };
  return new QueryRun(catalogue, collection).run(plan.stage, filter).slice(plan.offset);
}
