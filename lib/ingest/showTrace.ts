import { runTrace } from '../telemetry/traceIds';
import type { Trace } from '../telemetry/readTrace';
import type { TraceStore } from '../telemetry/traceStore';
import type { IngestDependencies } from './dependencies';
import { findExecution } from './findExecution';

/** The trace of the latest execution of a run, or of the one with that run id. RUN_NOT_FOUND, TRACE_* (404). */
export async function showTrace(
  { runs, traces }: Pick<IngestDependencies, 'runs'> & { traces: TraceStore },
  instanceId: string,
  runId: string | undefined,
): Promise<Trace & { runId: string }> {
  const record = await findExecution({ runs }, instanceId, runId);
  return { runId: record.runId, ...(await traces.read(runTrace(record.runId).traceId)) };
}
