const KINDS = ['planRun', 'convertFile', 'continuePlan', 'scanBlock', 'foldScan'] as const;

/** Numbers the parts of the planning step: several kinds of work, each counted from 0, in one row of numbers. */
export function planningPart(kind: (typeof KINDS)[number], number = 0): number {
  return number * KINDS.length + KINDS.indexOf(kind);
}
