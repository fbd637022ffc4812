import type { OrchestrationContext } from 'durable-functions';
import type { Outcome } from '../lib/ingest/step';
import type { RunKey } from '../lib/runs/runKey';
import type { PlanSummary } from '../lib/planning/plan';
import type { PlanProgress } from '../lib/planning/scan';
import { answering } from './answering';
import { callStep, unwrap, type StepFlow } from './callStep';
import { spread } from './spread';

export const PLANNING = 'planning';

interface PlanningInput {
  key: RunKey;
  progress: Exclude<PlanProgress, { next: 'transform' }>;
}

/** One activity plans a small run. In a large run, activities convert and scan the files in parallel first. */
export function* planAll(context: OrchestrationContext, key: RunKey): StepFlow<PlanSummary> {
  const progress = yield* callStep(context, 'planRun', key);
  if (progress.next === 'transform') return progress;
  const input: PlanningInput = { key, progress };
  const planning = context.df.callSubOrchestrator(PLANNING, input, `${key.runId}-${PLANNING}`);
  return unwrap((yield planning) as Outcome<PlanSummary>);
}

/** The remaining planning of a large run: convert the files, list the blocks, scan them, fold the results of the scans. */
export function* planning(context: OrchestrationContext): StepFlow<Outcome<PlanSummary>> {
  const { key, progress } = context.df.getInput<PlanningInput>();
  return yield* answering(function* (): StepFlow<PlanSummary> {
    const blocks = progress.next === 'scan' ? progress.blocks : yield* convertAll(context, key, progress.conversions);
    yield* spread(context, { step: 'scanBlock', key, first: 0, count: blocks });
    return yield* callStep(context, 'foldScan', key);
  });
}

function* convertAll(context: OrchestrationContext, key: RunKey, conversions: number): StepFlow<number> {
  yield* spread(context, { step: 'convertFile', key, first: 0, count: conversions });
  const { blocks } = yield* callStep(context, 'continuePlan', key);
  return blocks;
}
