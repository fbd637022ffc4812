import type { OrchestrationContext, Task } from 'durable-functions';
import type { IngestInput } from '../lib/ingest/orchestration';
import type { Outcome } from '../lib/ingest/step';
import type { BlockedGate } from '../lib/ingest/steps/evaluateRun';
import type { RunSummary } from '../lib/runs/run';
import type { RunKey } from '../lib/runs/runKey';
import { callStep, problemOf, StepFailure, unwrap, type StepFlow } from './callStep';
import { planAll } from './planning';
import { spreadApart } from './spread';
import {
  EMBEDDING_STREAM,
  METADATA_STREAM,
  type EmbeddingResult,
  type MetadataResult,
  type StreamInput,
} from './streams';

export const INGEST = 'ingest';

/** The external event that wakes a blocked run. It carries no data: the decision is in the run's record. */
export const GATE_DECISION = 'gateDecision';

/**
 * One ingest of one partition: ensure, extract (of a SQL source), plan, transform, drop repeated keys (where the contract keeps one), gate, commit, then metadata and embedding
 * in parallel, reconcile. Before the commit a failure leaves nothing visible; after it, running again finishes the work.
 */
export function* ingest(context: OrchestrationContext): StepFlow<RunSummary> {
  const { dataset, date, replayOf = null, startedBy = null, contractHash } = context.df.getInput<IngestInput>();
  const key: RunKey = { dataset, date, runId: newRunId(context) };
  const startedAt = context.df.currentUtcDateTime.getTime();
  let committed = false;
  try {
    yield* callStep(context, 'ensureRun', {
      ...key,
      replayOf,
      startedBy,
      ...(contractHash === undefined ? {} : { contractHash }),
    });
    yield* callStep(context, 'extractSource', key);
    const plan = yield* planAll(context, key);
    yield* spreadApart(context, { step: 'transformRange', key, first: 0, count: plan.ranges });
    if (plan.dropsRepeatedKeys) yield* dropRepeatedKeys(context, key, plan.ranges);
    yield* passGate(context, key);
    const commit = yield* callStep(context, 'commitRun', key);
    committed = true;
    const chunks = yield* followLake(context, { ...key, parts: commit.parts });
    const { rejected, dropped, version: lakeVersion } = commit;
    const summary = yield* callStep(context, 'reconcileRun', {
      ...key,
      source: plan.records,
      rejected,
      dropped,
      lakeVersion,
      chunks,
    });
    yield* callStep(context, 'discardRun', key);
    yield* callStep(context, 'concludeRun', { ...key, problem: null, summary, startedAt });
    return summary;
  } catch (error) {
    const problem = problemOf(error);
    if (!committed) yield* quietly(() => callStep(context, 'discardRun', key));
    yield* quietly(() => callStep(context, 'concludeRun', { ...key, problem, summary: null, startedAt }));
    throw new StepFailure(problem);
  }
}

/** Unique for each run and the same in each replay of it. Sorts by time. Safe in a path. */
function newRunId(context: OrchestrationContext): string {
  const moment = context.df.currentUtcDateTime.toISOString().replace(/[-:]|\.\d+/g, '');
  return `${moment}-${context.df.newGuid(context.df.instanceId).slice(0, 8)}`;
}

/** Keeps one row of each key over all parts. Only contracts that say which one have this step. */
function* dropRepeatedKeys(context: OrchestrationContext, key: RunKey, parts: number): StepFlow<void> {
  const repeated = yield* callStep(context, 'findRepeatedKeys', key);
  if (repeated.rows > 0) yield* spreadApart(context, { step: 'dropRepeatedKeys', key, first: 0, count: parts });
}

/** When the gate is open, the run continues at once. When it is blocked, the run waits; a rejection fails the step. */
function* passGate(context: OrchestrationContext, key: RunKey): StepFlow<void> {
  const gate = yield* callStep(context, 'evaluateRun', key);
  if (gate.passed) return;
  for (;;) {
    const isOverdue = yield* waitForDecision(context, gate);
    const { isApproved } = yield* callStep(context, 'resolveGate', { ...key, isOverdue });
    if (isApproved) return;
    // An event that the API did not send can wake the run without a decision. Each wait creates a new timer, because no
    // task may be yielded twice.
  }
}

/** Returns true when the time for a decision is over. An event that arrived before the wait ends the wait at once. */
function* waitForDecision(context: OrchestrationContext, { decideBy }: BlockedGate): StepFlow<boolean> {
  // eslint-disable-next-line no-restricted-globals -- built from a number in the history, so the same in each replay
  const timer = context.df.createTimer(new Date(decideBy));
  const event = context.df.waitForExternalEvent(GATE_DECISION);
  const first = (yield context.df.Task.any([event, timer])) as Task;
  if (first === timer) return true;
  if (!timer.isCompleted) timer.cancel();
  return false;
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

/** Runs the clean-up of a failed run and ignores its errors: the run must report its first failure. */
function* quietly(work: () => StepFlow<unknown>): StepFlow<void> {
  try {
    yield* work();
  } catch {
    // The run's own problem is thrown by the caller.
  }
}
