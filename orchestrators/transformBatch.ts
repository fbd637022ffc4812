import type { OrchestrationContext } from 'durable-functions';
import type { RunKey } from '../lib/runs/runKey';
import { answering, sum } from './answering';
import { fanOut, type StepFlow } from './callStep';
import type { Outcome } from './steps';

export const TRANSFORM_BATCH = 'transformBatch';
const WIDTH = 200;

export interface TransformBatchInput extends RunKey {
  shard: number;
  ranges: number;
  /** Number of the shard's first range over all shards. */
  firstPart: number;
}

export interface TransformBatchResult {
  rows: number;
  rejected: number;
}

/** Transforms the ranges of one shard of the plan. */
export function* transformBatch(context: OrchestrationContext): StepFlow<Outcome<TransformBatchResult>> {
  const { shard, ranges, firstPart, ...key } = context.df.getInput<TransformBatchInput>();
  const inputs = Array.from({ length: ranges }, (_, index) => ({ ...key, shard, index, part: firstPart + index }));
  return yield* answering(function* (): StepFlow<TransformBatchResult> {
    const results = yield* fanOut(context, 'transformRange', inputs, WIDTH);
    return { rows: sum(results, ({ rows }) => rows), rejected: sum(results, ({ rejected }) => rejected) };
  });
}
