import { PipelineError } from '../../problems/problem';
import type { Lakehouse } from '../../lakehouse/lakehouse';
import type { RunCancellation } from '../../runs/cancellationStore';
import type { RunKey } from '../../runs/runKey';
import { isCommitted } from '../../staging/discardRun';
import { untraced } from '../../telemetry/spans';
import type { IngestDependencies } from '../dependencies';

/** How soon a step that is under way notices a request to end its run. */
const LOOK_EVERY_MILLISECONDS = 2000;

/**
 * Does the work of a step unless somebody asked to end its run. `work` gets a signal that is aborted when the request comes
 * while it runs; its reason is the error to throw. Throws RUN_CANCELLED.
 */
export async function unlessCancelled<Result>(
  { cancellations, lakehouse }: Pick<IngestDependencies, 'cancellations' | 'lakehouse'>,
  key: RunKey,
  work: (cancelled: AbortSignal) => Promise<Result>,
  lookEveryMilliseconds = LOOK_EVERY_MILLISECONDS,
): Promise<Result> {
  const earlier = await cancellations.find(key.runId);
  if (earlier) throw await cancelledError(lakehouse, key, earlier);
  const cancelled = new AbortController();
  const look = async (): Promise<void> => {
    const found = await cancellations.find(key.runId);
    if (found) cancelled.abort(await cancelledError(lakehouse, key, found));
  };
  // A look that fails is repeated; the step itself reports what is wrong with a store.
  const timer = untraced(() => setInterval(() => void look().catch(() => undefined), lookEveryMilliseconds));
  try {
    return await work(cancelled.signal);
  } finally {
    clearInterval(timer);
  }
}

/** RUN_CANCELLED. Says who and why, and what is in the stores now. */
export async function cancelledError(
  lakehouse: Lakehouse,
  key: RunKey,
  { cancelledBy, reason }: RunCancellation,
): Promise<PipelineError> {
  const isAfterCommit = await isCommitted(lakehouse, key);
  return new PipelineError('RUN_CANCELLED', `The run was cancelled by ${cancelledBy}: ${reason}`, {
    found: isAfterCommit ? 'a run that has committed' : 'a run that has not committed',
    remedy: isAfterCommit
      ? 'The table has the new partition. PostgreSQL and Qdrant may lack some of its documents until this dataset and date runs again; what they have is then used again.'
      : 'Nothing was committed: table, PostgreSQL and Qdrant are as before. Start the run again when it is wanted.',
  });
}
