import { encodeProblem } from '../../../../lib/problems/codec';
import type { ProblemCode } from '../../../../lib/problems/codes';
import type { Activities, Scenario } from './recordHistories';

const ok = (result: object): object => ({ ok: true, result });
const refused = (code: ProblemCode): object => ({ ok: false, problem: { code, message: 'Refused by the scenario.' } });
const fail = (code: ProblemCode): never => {
  throw new Error(encodeProblem({ code, message: 'Failed by the scenario.', retryable: true }));
};

const DECIDE_BY = Date.UTC(2026, 0, 3);
const input = { dataset: 'letters', date: '2026-01-01' };
const clean: Activities = {
  ensureRun: () => ok({ created: [] }),
  extractSource: () => ok({ files: 0, rows: 0 }),
  planRun: () => ok({ next: 'transform', ranges: 2, files: 2, bytes: 300, records: 4 }),
  transformRange: () => ok({ rows: 2, rejected: 0, dropped: 0, bytes: 10 }),
  evaluateRun: () => ok({ passed: true }),
  commitRun: () => ok({ version: 5, rows: 4, rejected: 0, dropped: 0, parts: 2 }),
  loadDocuments: () => ok({ rows: 2 }),
  removeStaleDocuments: () => ok({ deleted: 0 }),
  embedDocuments: () => ok({ documents: 2, embedded: 3, reused: 1, deleted: 0 }),
  removeStaleVectors: () => ok({ deleted: 1 }),
  reconcileRun: () =>
    ok({
      rows: { source: 4, lake: 4, sql: 4, vectors: 4 },
      chunks: { embedded: 6, reused: 2, deleted: 1 },
      rejected: 0,
      lakeVersion: 5,
    }),
  discardRun: () => ok({}),
  concludeRun: () => ok({}),
};
const blocked: Activities = { ...clean, evaluateRun: () => ok({ passed: false, decideBy: DECIDE_BY }) };

/** Typical runs. A new way through the orchestrators gets a line here, and its history with the next release. */
export const SCENARIOS: Readonly<Record<string, () => Scenario>> = {
  clean: () => ({ input, activities: clean }),
  'large-plan': () => ({
    input,
    activities: {
      ...clean,
      planRun: () => ok({ next: 'convert', conversions: 2 }),
      convertFile: () => ok({ bytes: 10 }),
      continuePlan: () => ok({ next: 'scan', blocks: 3 }),
      scanBlock: () => ok({ bytes: 10 }),
      foldScan: () => ok({ next: 'transform', ranges: 3, files: 2, bytes: 300, records: 6 }),
    },
  }),
  'scan-without-conversion': () => ({
    input,
    activities: {
      ...clean,
      planRun: () => ok({ next: 'scan', blocks: 2 }),
      scanBlock: () => ok({ bytes: 10 }),
      foldScan: () => ok({ next: 'transform', ranges: 2, files: 2, bytes: 300, records: 4 }),
    },
  }),
  // 201 parts: two levels of sub-orchestrations. The lower level is left out, because it is long and like any other spread.
  'many-parts': () => ({
    input,
    activities: { ...clean, planRun: () => ok({ next: 'transform', ranges: 201, files: 2, bytes: 300, records: 402 }) },
  }),
  'blocked-and-approved': () => ({
    input,
    activities: { ...blocked, resolveGate: () => ok({ isApproved: true }) },
    isDecided: true,
  }),
  'blocked-woken-twice-and-approved': () => {
    let wakes = 0;
    return {
      input,
      activities: { ...blocked, resolveGate: () => ok({ isApproved: ++wakes === 2 }) },
      isDecided: true,
    };
  },
  'blocked-and-rejected': () => ({
    input,
    activities: { ...blocked, resolveGate: () => refused('QUALITY_GATE_REJECTED') },
    isDecided: true,
  }),
  'blocked-and-overdue': () => ({
    input,
    activities: { ...blocked, resolveGate: () => refused('QUALITY_GATE_REJECTED') },
  }),
  'step-retried': () => {
    let attempts = 0;
    const flaky = (): object =>
      ++attempts < 3
        ? fail('LAKE_STORAGE_UNAVAILABLE')
        : ok({ version: 5, rows: 4, rejected: 0, dropped: 0, parts: 2 });
    return { input, activities: { ...clean, commitRun: flaky } };
  },
  'step-failed-before-commit': () => ({
    input,
    activities: { ...clean, transformRange: () => refused('CSV_NOT_CSV') },
  }),
  'step-failed-after-commit': () => ({
    input,
    activities: { ...clean, embedDocuments: () => fail('VECTORS_UNAVAILABLE') },
  }),
  'sql-source': () => ({ input, activities: { ...clean, extractSource: () => ok({ files: 1, rows: 4 }) } }),
  'repeated-keys': () => ({
    input,
    activities: {
      ...clean,
      planRun: () => ok({ next: 'transform', ranges: 2, files: 2, bytes: 300, records: 4, dropsRepeatedKeys: true }),
      findRepeatedKeys: () => ok({ rows: 2, parts: 1 }),
      dropRepeatedKeys: () => ok({ dropped: 1 }),
    },
  }),
  replay: () => ({
    input: { ...input, replayOf: '20260101T010000Z-0f8fad5b', startedBy: 'an operator' },
    activities: clean,
  }),
};
