import type { RunKey } from '../../runs/runKey';
import { DATASET, DATE, ERROR_TYPE, OUTCOME, RUN_ID, STEP, TASK, type Attributes } from '../../telemetry/attributes';
import { count } from '../../telemetry/instruments';
import { inRunSpan } from '../../telemetry/runSpans';
import type { StepName } from '../registry';

/** Counts of a step's result that its span shows, as `pipeline.<name>`. */
const SHOWN = ['rows', 'rejected', 'dropped', 'bytes', 'documents', 'embedded', 'reused', 'deleted', 'files', 'parts'];

/** Steps whose results repeat the counts of other steps. */
const REPEATS: ReadonlySet<StepName> = new Set<StepName>(['commitRun', 'reconcileRun']);

/**
 * Does a step in the trace of its run, and counts what its result says. Each attempt is a span of its own, and only a successful
 * one counts.
 */
export function tracedStep<Result extends object>(
  step: StepName,
  input: RunKey & { task?: number },
  invokedBy: string | undefined,
  work: () => Promise<Result>,
): Promise<Result> {
  const { runId, dataset, date, task } = input;
  const labels = { [STEP]: step, [DATASET]: dataset };
  const operation = {
    name: step,
    kind: 'internal' as const,
    attributes: { ...labels, [RUN_ID]: runId, [DATE]: date, [TASK]: task },
    measure: (seconds: number, errorType: string | undefined) =>
      count('pipeline.step.duration', seconds, { ...labels, ...(errorType ? { [ERROR_TYPE]: errorType } : {}) }),
  };
  return inRunSpan(runId, operation, invokedBy, async (set) => {
    const result = await work();
    const counts = result as Record<string, unknown>;
    set(shownOf(counts));
    if (!REPEATS.has(step)) countResult(counts, labels);
    return result;
  });
}

function shownOf(counts: Record<string, unknown>): Attributes {
  const shown: Attributes = {};
  for (const name of SHOWN) {
    const value = counts[name];
    if (typeof value === 'number') shown[`pipeline.${name}`] = value;
  }
  return shown;
}

function countResult(counts: Record<string, unknown>, labels: Record<string, string>): void {
  const add = (metric: Parameters<typeof count>[0], name: string, more: Record<string, string> = {}): void => {
    const value = counts[name];
    if (typeof value === 'number' && value > 0) count(metric, value, { ...labels, ...more });
  };
  add('pipeline.rows', 'rows');
  add('pipeline.rows.rejected', 'rejected');
  add('pipeline.rows.dropped', 'dropped');
  add('pipeline.bytes', 'bytes');
  add('pipeline.chunks', 'embedded', { [OUTCOME]: 'embedded' });
  add('pipeline.chunks', 'reused', { [OUTCOME]: 'reused' });
}
