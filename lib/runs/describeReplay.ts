import type { RunReplay } from './run';
import type { RunRecord } from './runStore';

/** Compares a replay with the execution that it replays. */
export function describeReplay(replay: RunRecord, replayed: RunRecord): RunReplay {
  const isCounted = replay.summary !== null || isTransformed(replay);
  return {
    of: replayed.runId,
    rejected: { before: rejectedOf(replayed), after: isCounted ? rejectedOf(replay) : null },
  };
}

function isTransformed({ steps }: RunRecord): boolean {
  const transform = steps.find(({ step }) => step === 'transform');
  return transform !== undefined && transform.done >= transform.total;
}

/** Rejected records; for a failed or running execution those of its parts so far. */
function rejectedOf({ summary, steps }: RunRecord): number {
  return summary?.rejected ?? steps.find(({ step }) => step === 'transform')?.rejected ?? 0;
}
