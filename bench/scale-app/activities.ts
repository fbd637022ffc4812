import { clearRowKeys, removeStaleDocuments } from '../../lib/documents/removeStaleDocuments';
import { removeStalePoints } from '../../lib/indexing/removeStalePoints';
import type { RunKey } from '../../lib/runs/runKey';
import type { PlanSummary } from '../../lib/planning/plan';
import type { StepName, Steps } from '../../lib/ingest/registry';
import { stubDatabase, stubVectors } from './stubStores';

type Activity<Name extends StepName> = (
  input: Steps[Name]['input'],
) => Steps[Name]['result'] | Promise<Steps[Name]['result']>;

/**
 * Activities that do nothing and return the results of a run with a given number of ranges, which is in the dataset's name.
 * The activities that remove stale rows and vectors are the app's own, on stub stores that count the requests.
 */
export const ACTIVITIES: { [Name in StepName]: Activity<Name> } = {
  ensureRun: () => ({ created: [] }),
  extractSource: () => ({ files: 0, rows: 0 }),
  planRun: (key) => ({ next: 'scan', blocks: rangesOf(key) }),
  convertFile: () => ({ bytes: RANGE_LENGTH }),
  continuePlan: (key) => ({ blocks: rangesOf(key), conversions: 0 }),
  scanBlock: () => ({ bytes: RANGE_LENGTH }),
  foldScan: planOf,
  transformRange: () => ({ rows: ROWS_PER_RANGE, rejected: 0, dropped: 0, bytes: 40_000_000 }),
  findRepeatedKeys: () => ({ rows: 0, parts: 0 }),
  dropRepeatedKeys: () => ({ dropped: 0 }),
  evaluateRun: () => ({ passed: true }),
  resolveGate: () => ({ isApproved: true }),
  commitRun: (key) => ({ version: 1, rows: planOf(key).records, rejected: 0, dropped: 0, parts: rangesOf(key) }),
  loadDocuments: () => ({ rows: ROWS_PER_RANGE }),
  removeStaleDocuments: async ({ rows, ...key }) => ({
    deleted: await removeStaleDocuments(stubDatabase(rows), key, rows),
  }),
  embedDocuments: () => ({ documents: ROWS_PER_RANGE, embedded: 4 * ROWS_PER_RANGE, reused: 0, deleted: 0 }),
  removeStaleVectors: ({ chunks, ...key }) => removeStalePoints({ vectors: stubVectors(chunks) }, key, chunks),
  reconcileRun: ({ source, rejected, lakeVersion, chunks }) => ({
    rows: { source, lake: source, sql: source, vectors: source },
    chunks,
    rejected,
    lakeVersion,
  }),
  concludeRun: async ({ problem: _, summary: _summary, ...key }) => {
    await clearRowKeys(stubDatabase(0), key);
    return {};
  },
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
