const KINDS = ['planRun', 'convertFile', 'continuePlan', 'scanBlock', 'foldScan'] as const;

/** Numbers the tasks of the planning step: several kinds of work, each counted from 0, share one sequence of numbers. */
export function planningTask(kind: (typeof KINDS)[number], number = 0): number {
  return number * KINDS.length + KINDS.indexOf(kind);
}
