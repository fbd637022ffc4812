import type { Problem } from '../problems/problem';
import type { RunSummary } from '../runs/run';
import type { RunKey } from '../runs/runKey';
import { DATASET, DATE, ERROR_TYPE, RUN_ID } from '../telemetry/attributes';
import { count } from '../telemetry/instruments';
import { recordRunSpan } from '../telemetry/runSpans';

interface EndedRun {
  /** Milliseconds since 1970 UTC. Without it the run has a trace without its first span. */
  startedAt: number | undefined;
  problem: Problem | null;
  summary?: RunSummary | null;
}

/** Records the span of a whole run, and its duration. To be called by whatever has ended the run, once. */
export function traceRun({ runId, dataset, date }: RunKey, { startedAt, problem, summary }: EndedRun): void {
  if (startedAt === undefined) return;
  const errorType = problem?.code;
  recordRunSpan(runId, {
    startedAt: new Date(startedAt),
    attributes: {
      [RUN_ID]: runId,
      [DATASET]: dataset,
      [DATE]: date,
      'pipeline.rows': summary?.rows.lake,
      'pipeline.rejected': summary?.rejected,
      'pipeline.embedded': summary?.chunks.embedded,
      'pipeline.reused': summary?.chunks.reused,
    },
    errorType,
  });
  count('pipeline.run.duration', (Date.now() - startedAt) / 1000, {
    [DATASET]: dataset,
    ...(errorType === undefined ? {} : { [ERROR_TYPE]: errorType }),
  });
}
