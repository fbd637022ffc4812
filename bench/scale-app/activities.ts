import type { RunKey } from '../../lib/runs/runKey';
import type { PlanSummary } from '../../lib/planning/plan';
import type { StepName, Steps } from '../../lib/ingest/registry';

/** Activities that do nothing, and answer what a run of so many ranges would: the dataset's name says how many. */
export const ACTIVITIES: { [Name in StepName]: (input: Steps[Name]['input']) => Steps[Name]['result'] } = {
  ensureRun: () => ({ created: [] }),
  extractSource: () => ({ files: 0, rows: 0 }),
  planRun: (key) => ({ next: 'scan', blocks: rangesOf(key) }),
  convertFile: () => ({ bytes: RANGE_LENGTH }),
  continuePlan: (key) => ({ blocks: rangesOf(key), conversions: 0 }),
  scanBlock: () => ({ bytes: RANGE_LENGTH }),
  foldScan: planOf,
  transformRange: () => ({ rows: ROWS_PER_RANGE, rejected: 0, bytes: 40_000_000 }),
  evaluateRun: () => ({ passed: true }),
  resolveGate: () => ({ isApproved: true }),
  commitRun: (key) => ({ version: 1, rows: planOf(key).records, rejected: 0, parts: rangesOf(key) }),
  loadDocuments: () => ({ rows: ROWS_PER_RANGE }),
  removeStaleDocuments: () => ({ deleted: 0 }),
  embedDocuments: () => ({ documents: ROWS_PER_RANGE, embedded: 4 * ROWS_PER_RANGE, reused: 0 }),
  removeStaleVectors: () => ({ deleted: 0 }),
  reconcileRun: ({ source, rejected, lakeVersion, chunks }) => ({
    rows: { source, lake: source, sql: source, vectors: source },
    chunks,
    rejected,
    lakeVersion,
  }),
  concludeRun: () => ({}),
  discardRun: () => ({}),
};

const RANGE_LENGTH = 64 * 1024 * 1024;
const ROWS_PER_RANGE = 25_000;

function rangesOf({ dataset }: RunKey): number {
  return Number(dataset.replace('ranges-', ''));
}

function planOf(key: RunKey): PlanSummary {
  const ranges = rangesOf(key);
  return { ranges, files: ranges, bytes: ranges * RANGE_LENGTH, records: ranges * ROWS_PER_RANGE };
}
