import type { OrchestrationContext, Task } from 'durable-functions';
import type { Steps } from '../lib/ingest/registry';
import type { Outcome } from '../lib/ingest/step';
import type { RunKey } from '../lib/runs/runKey';
import { answering } from './answering';
import { fanOut, unwrap, type StepFlow } from './callStep';

export const SPREAD = 'spread';

/** Most activities or sub-orchestrations of one orchestration: a replay costs time in proportion to its history. */
const WIDTH = 200;

/** Steps that are fanned out. Their results are counts, which add up. */
const NOTHING = {
  convertFile: { bytes: 0 },
  scanBlock: { bytes: 0 },
  transformRange: { rows: 0, rejected: 0, dropped: 0, bytes: 0 },
  dropRepeatedKeys: { dropped: 0 },
  loadDocuments: { rows: 0 },
  embedDocuments: { documents: 0, embedded: 0, reused: 0, deleted: 0 },
} satisfies Partial<{ [Name in keyof Steps]: Steps[Name]['result'] }>;
export type SpreadStep = keyof typeof NOTHING;

export interface SpreadInput<Name extends SpreadStep = SpreadStep> {
  step: Name;
  key: RunKey;
  /** Number of the first task. */
  first: number;
  count: number;
}

/**
 * Calls an activity for each task and adds up the counts that they return. More than WIDTH tasks are divided among
 * sub-orchestrations, which do the same, so no history grows with the size of the run: 40,000 tasks take two levels,
 * 8,000,000 three.
 */
export function* spread<Name extends SpreadStep>(
  context: OrchestrationContext,
  input: SpreadInput<Name>,
): StepFlow<Steps[Name]['result']> {
  const { step, key, first, count } = input;
  if (count <= WIDTH) {
    const inputs = Array.from({ length: count }, (_, index) => ({ ...key, task: first + index }));
    return addUp(step, yield* fanOut(context, step, inputs, WIDTH));
  }
  const size = shareOf(count);
  // Batches of activities run in parallel. Groups of batches run one after another: one group is 40,000 activities,
  // enough for any number of instances, and a failure in it stops the run before the next group.
  const sideBySide = size === WIDTH ? WIDTH : 1;
  const results: Steps[Name]['result'][] = [];
  for (let start = 0; start < count; start += size * sideBySide) {
    const tasks: Task[] = [];
    for (let at = start; at < Math.min(count, start + size * sideBySide); at += size) {
      tasks.push(startSpread(context, { step, key, first: first + at, count: Math.min(size, count - at) }));
    }
    const outcomes = (yield context.df.Task.all(tasks)) as Outcome<Steps[Name]['result']>[];
    results.push(...outcomes.map(unwrap));
  }
  return addUp(step, results);
}

/** Does the same in a sub-orchestration, so that the caller's history holds only one call. */
export function* spreadApart<Name extends SpreadStep>(
  context: OrchestrationContext,
  input: SpreadInput<Name>,
): StepFlow<Steps[Name]['result']> {
  return unwrap((yield startSpread(context, input)) as Outcome<Steps[Name]['result']>);
}

export function* spreadOrchestration(context: OrchestrationContext): StepFlow<Outcome<Steps[SpreadStep]['result']>> {
  return yield* answering(() => spread(context, context.df.getInput<SpreadInput>()));
}

function startSpread(context: OrchestrationContext, input: SpreadInput): Task {
  const { step, key, first, count } = input;
  return context.df.callSubOrchestrator(SPREAD, input, `${key.runId}-${step}-${first}-${count}`);
}

/** Tasks for each sub-orchestration: the smallest power of WIDTH with which at most WIDTH of them are enough. */
function shareOf(count: number): number {
  let size = WIDTH;
  while (count / size > WIDTH) size *= WIDTH;
  return size;
}

function addUp<Name extends SpreadStep>(step: Name, results: Steps[Name]['result'][]): Steps[Name]['result'] {
  const totals: Record<string, number> = { ...NOTHING[step] };
  for (const result of results as Record<string, number>[]) {
    for (const name of Object.keys(totals)) totals[name] = (totals[name] ?? 0) + (result[name] ?? 0);
  }
  return totals;
}
