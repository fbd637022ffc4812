import type { Catalogue } from '../collections/catalogue';
import type { Collection } from '../collections/collection';
import { prepareDenseVector } from '../collections/denseVectors';
import type { PointId } from '../collections/pointId';
import { prepareSparseVector, type SparseVector } from '../collections/sparseVectors';
import { notFound, wrongInput } from '../errors';
import type { Scoring } from './queryPlan';
import { BestScores, type ScoredSlot } from './scoredSlots';

type Nearest = Extract<Scoring, { kind: 'nearest' }>;

/** A query vector, prepared for scoring. */
type QueryVector = { kind: 'dense'; vector: Float32Array } | { kind: 'sparse'; vector: SparseVector };

const wrongKind = () => wrongInput('Conversion between sparse and regular vectors failed');

function vectorOfPoint(catalogue: Catalogue, collection: Collection, nearest: Nearest, id: PointId): QueryVector {
  const source = nearest.lookupFrom === undefined ? collection : catalogue.get(nearest.lookupFrom.collection);
  const name = nearest.lookupFrom?.vector ?? nearest.using;
  const slot = source.slotOf(id);
  const dense = source.points.dense.get(name)?.get(slot);
  if (dense !== undefined) {
    return { kind: 'dense', vector: dense.slice() };
  }
  const sparse = source.points.sparse.get(name)?.get(slot);
  if (sparse !== undefined) {
    return { kind: 'sparse', vector: sparse };
  }
  throw notFound(`Vector with name ${JSON.stringify(name)} for point not found`);
}

function queryVector(catalogue: Catalogue, collection: Collection, nearest: Nearest): QueryVector {
  const { vector } = nearest;
  if (vector.kind === 'point') {
    return vectorOfPoint(catalogue, collection, nearest, vector.id);
  }
  if (vector.kind === 'sparse') {
    return { kind: 'sparse', vector: prepareSparseVector(vector.indices, vector.values) };
  }
  return { kind: 'dense', vector: Float32Array.from(vector.values) };
}

/**
 * The points nearest to a vector, exactly.
 *
 * @throws AnswerError 400 when the vector does not exist or has another dimension or kind; 404 for an unknown point
 */
export function nearestSlots(
  catalogue: Catalogue,
  collection: Collection,
  nearest: Nearest,
  isCandidate: ((slot: number) => boolean) | undefined,
  scoreThreshold: number | undefined,
  limit: number,
): ScoredSlot[] {
  const { points, config } = collection;
  const query = queryVector(catalogue, collection, nearest);

  const dense = points.dense.get(nearest.using);
  if (dense !== undefined) {
    if (query.kind !== 'dense') {
      throw wrongKind();
    }
    if (query.vector.length !== dense.dimension) {
      throw wrongInput(`Vector dimension error: expected dim: ${dense.dimension}, got ${query.vector.length}`);
    }
    const isSmallerBetter = dense.distance === 'Euclid' || dense.distance === 'Manhattan';
    const best = new BestScores(limit, isSmallerBetter);
    const take = takeWithin(best, scoreThreshold, isSmallerBetter);
    const floor = (): number => Math.max(best.worst ?? -Infinity, scoreThreshold ?? -Infinity);
    dense.score(prepareDenseVector(query.vector, dense.distance), isCandidate, floor, take);
    return best.sorted();
  }

  const sparse = points.sparse.get(nearest.using);
  if (sparse === undefined) {
    throw wrongInput(`Not existing vector name error: ${nearest.using}`);
  }
  if (query.kind !== 'sparse') {
    throw wrongKind();
  }
  const best = new BestScores(limit, false);
  const take = takeWithin(best, scoreThreshold, false);
  const isWeighted = config.sparse.get(nearest.using)?.modifier === 'idf';
  sparse.score(query.vector, isWeighted, undefined, (slot, score) => {
    // A sum of zero counts as no overlap, as in Qdrant's sparse index. The filter costs more than the comparison.
    if (score !== 0 && score >= (best.worst ?? -Infinity) && (isCandidate === undefined || isCandidate(slot))) {
      take(slot, score);
    }
  });
  return best.sorted();
}

/** A score equal to the threshold does not pass it. */
function takeWithin(best: BestScores, threshold: number | undefined, isSmallerBetter: boolean) {
  if (threshold === undefined) {
    return best.add;
  }
  const limit = Math.fround(threshold);
  return (slot: number, score: number) => {
    if (isSmallerBetter ? score < limit : score > limit) {
      best.add(slot, score);
    }
  };
}
