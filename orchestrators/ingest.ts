import type { OrchestrationContext, Task } from 'durable-functions';
import type { Problem } from '../lib/errors';
import type { RunSummary } from '../lib/runs/run';
import type { RunKey } from '../lib/runs/runKey';
import { sum } from './answering';
import { callStep, problemOf, StepFailure, unwrap, type StepFlow } from './callStep';
import type { Outcome } from './steps';
import {
  EMBEDDING_STREAM,
  METADATA_STREAM,
  type EmbeddingResult,
  type MetadataResult,
  type StreamInput,
} from './streams';
import { TRANSFORM_BATCH, type TransformBatchInput, type TransformBatchResult } from './transformBatch';

export const INGEST = 'ingest';

export interface IngestInput {
  dataset: string;
  /** Partition, `yyyy-mm-dd`. */
  date: string;
}

/**
 * One ingest of one partition: ensure, plan, transform, gate, commit, then metadata and embedding side by side, reconcile.
 * Before the commit a failure leaves nothing visible; after it, running again finishes the work.
 */
export function* ingest(context: OrchestrationContext): StepFlow<RunSummary> {
  const { dataset, date } = context.df.getInput<IngestInput>();
  const key: RunKey = { dataset, date, runId: newRunId(context) };
  let committed = false;
  try {
    yield* callStep(context, 'ensureRun', key);
    const plan = yield* callStep(context, 'planRun', key);
    yield* transformAll(context, key, plan.shards);
    yield* passGate(context, key);
    const commit = yield* callStep(context, 'commitRun', key);
    committed = true;
    const chunks = yield* followLake(context, { ...key, parts: commit.parts });
    const { rejected, version: lakeVersion } = commit;
    const summary = yield* callStep(context, 'reconcileRun', {
      ...key,
      source: plan.records,
      rejected,
      lakeVersion,
      chunks,
    });
    yield* callStep(context, 'discardRun', key);
    yield* callStep(context, 'concludeRun', { ...key, problem: null, summary });
    return summary;
  } catch (error) {
    const problem = problemOf(error);
    if (!committed) yield* quietly(() => callStep(context, 'discardRun', key));
    yield* quietly(() => callStep(context, 'concludeRun', { ...key, problem, summary: null }));
    throw new StepFailure(problem);
  }
}

/** Unique for each execution and the same in each replay of it; sorts by time; safe in a path. */
function newRunId(context: OrchestrationContext): string {
  const moment = context.df.currentUtcDateTime.toISOString().replace(/[-:]|\.\d+/g, '');
  return `${moment}-${context.df.newGuid(context.df.instanceId).slice(0, 8)}`;
}

function* transformAll(context: OrchestrationContext, key: RunKey, shards: number[]): StepFlow<TransformBatchResult> {
  let firstPart = 0;
  const tasks: Task[] = [];
  for (const [shard, ranges] of shards.entries()) {
    const input: TransformBatchInput = { ...key, shard, ranges, firstPart };
    tasks.push(context.df.callSubOrchestrator(TRANSFORM_BATCH, input, `${key.runId}-transform-${shard}`));
    firstPart += ranges;
  }
  const batches = ((yield context.df.Task.all(tasks)) as Outcome<TransformBatchResult>[]).map(unwrap);
  return { rows: sum(batches, ({ rows }) => rows), rejected: sum(batches, ({ rejected }) => rejected) };
}

function* passGate(context: OrchestrationContext, key: RunKey): StepFlow<void> {
  const verdict = yield* callStep(context, 'judgeRun', key);
  if (verdict.passed) return;
  const failed = verdict.rules.filter(({ passed }) => !passed);
  const list = (of: (rule: (typeof failed)[number]) => string): string => failed.map(of).join('; ');
  const problem: Problem = {
    code: 'QUALITY_GATE_CLOSED',
    message: `The quality gate is closed for ${key.dataset} ${key.date}: ${list(({ rule }) => rule)}.`,
    found: list(({ observed }) => observed),
    expected: list(({ expected }) => expected),
    remedy: `See the rejected rows in quarantine/${key.dataset}/${key.date}/, mend the files or the contract, and run again.`,
  };
  throw new StepFailure(problem);
}

function* followLake(context: OrchestrationContext, input: StreamInput): StepFlow<EmbeddingResult> {
  const start = (name: string): Task => context.df.callSubOrchestrator(name, input, `${input.runId}-${name}`);
  const [metadata, embedding] = (yield context.df.Task.all([start(METADATA_STREAM), start(EMBEDDING_STREAM)])) as [
    Outcome<MetadataResult>,
    Outcome<EmbeddingResult>,
  ];
  unwrap(metadata);
  return unwrap(embedding);
}

/** For the way out of a failed run: the first failure is the one to tell. */
function* quietly(work: () => StepFlow<unknown>): StepFlow<void> {
  try {
    yield* work();
  } catch {
    // The run's own problem is thrown by the caller.
  }
}
