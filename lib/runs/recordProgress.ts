import type { TaskCounts } from './run';
import type { RunKey, RunStep } from './runKey';
import type { RunStore } from './runStore';

/** A person looks at the progress about once a second. */
const INTERVAL_IN_MILLISECONDS = 1000;

/**
 * Returns a function that records what a task has counted so far, at most once in a second. It never waits and never fails: when the
 * record can't be written, the end of the task reports it.
 */
export function recordProgress<Progress>(
  runs: Pick<RunStore, 'taskProgressed'>,
  { runId }: RunKey,
  { step, task }: { step: RunStep; task: number },
  counts: (progress: Progress) => TaskCounts,
  now: () => number = () => performance.now(),
): (progress: Progress) => void {
  let last = Number.NEGATIVE_INFINITY;
  let isWriting = false;
  return (progress) => {
    const time = now();
    if (isWriting || time - last < INTERVAL_IN_MILLISECONDS) return;
    last = time;
    isWriting = true;
    void runs
      .taskProgressed(runId, step, task, counts(progress))
      .catch(() => undefined)
      .finally(() => (isWriting = false));
  };
}
