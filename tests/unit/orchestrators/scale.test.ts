import { clearRowKeys, removeStaleDocuments } from '../../../lib/documents/removeStaleDocuments';
import { removeStalePoints } from '../../../lib/indexing/removeStalePoints';
import { playOrchestration, type Observed } from '../../support/orchestration/playOrchestration';

const LONG_PROBLEM = {
  code: 'CSV_BROKEN',
  message: 'x'.repeat(900),
  found: 'y'.repeat(900),
  expected: 'z'.repeat(900),
};
const ok = (result: object): { ok: true; result: object } => ({ ok: true, result });
const input = { dataset: 'a'.repeat(60), date: '2026-01-01' };
const LIMIT_IN_BYTES = 4096;

type Activities = Record<string, (input: never) => unknown>;

function activitiesFor(ranges: number, progress: object): Activities {
  const plan = { ranges, files: 16_000, bytes: 1e13, records: 1e12 };
  return {
    ensureRun: () => ok({ created: ['raw', 'processed-data', 'quarantine', 'staging'] }),
    extractSource: () => ok({ files: 0, rows: 0 }),
    planRun: () => ok(progress),
    convertFile: () => ok({ bytes: 1e9 }),
    continuePlan: () => ok({ blocks: ranges, conversions: 0 }),
    scanBlock: () => ok({ bytes: 67_108_864 }),
    foldScan: () => ok(plan),
    transformRange: () => ok({ rows: 1e6, rejected: 1, bytes: 2e7 }),
    evaluateRun: () => ok({ passed: true }),
    resolveGate: () => ok({ isApproved: true }),
    commitRun: () => ok({ version: 5, rows: 1e11, rejected: 1e5, parts: ranges }),
    loadDocuments: () => ok({ rows: 1e6 }),
    removeStaleDocuments: () => ok({ deleted: 1e6 }),
    embedDocuments: () => ok({ documents: 1e6, embedded: 1e6, reused: 1e6, deleted: 1e6 }),
    removeStaleVectors: () => ok({ deleted: 1e6 }),
    reconcileRun: () =>
      ok({
        rows: { source: 1e12, lake: 1e12, sql: 1e12, vectors: 1e12 },
        chunks: { embedded: 1e12, reused: 1e12, deleted: 1e12 },
        rejected: 1e6,
        lakeVersion: 5,
      }),
    concludeRun: () => ok({}),
    discardRun: () => ok({}),
  };
}

function play(ranges: number, progress: object, changed: Activities = {}): { observed: Observed; message: string } {
  const observed: Observed = { exchanges: [], tasks: [] };
  let message = '';
  try {
    const activities = { ...activitiesFor(ranges, progress), ...changed };
    playOrchestration('ingest', input, activities, [], undefined, observed);
  } catch (error) {
    message = (error as Error).message;
  }
  return { observed, message };
}

const partsOf = ({ exchanges }: Observed, activity: string): number[] =>
  exchanges.filter(({ name }) => name === activity).map(({ input: given }) => (given as { task: number }).task);
const numbers = (count: number): number[] => Array.from({ length: count }, (_unused, index) => index);

describe.each([
  [
    'a small run, planned by one activity',
    3,
    { next: 'transform', ranges: 3, files: 3, bytes: 300, records: 7 },
    false,
  ],
  ['a run without a single record', 0, { next: 'transform', ranges: 0, files: 1, bytes: 20, records: 0 }, false],
  ['200 ranges', 200, { next: 'scan', blocks: 200 }, true],
  ['201 ranges', 201, { next: 'scan', blocks: 201 }, true],
  ['1,600 ranges (100 GB)', 1600, { next: 'convert', conversions: 1600 }, true],
  ['40,001 ranges', 40_001, { next: 'scan', blocks: 40_001 }, true],
  ['160,000 ranges (10 TB)', 160_000, { next: 'scan', blocks: 160_000 }, true],
])('%s', (_name, ranges, progress, isScanned) => {
  const { observed, message } = play(ranges, progress);

  it('runs each task of each step once, in order', () => {
    expect(message).toBe('');
    const steps = ['transformRange', 'loadDocuments', 'embedDocuments', ...(isScanned ? ['scanBlock'] : [])];
    for (const step of [...steps, ...(progress.next === 'convert' ? ['convertFile'] : [])]) {
      const parts = partsOf(observed, step);
      // Not toEqual(numbers(ranges)): nobody could read its report of 160,000 numbers.
      expect(parts).toHaveLength(ranges);
      expect(numbers(ranges).findIndex((part, index) => parts[index] !== part)).toBe(-1);
    }
    expect(partsOf(observed, 'scanBlock')).toHaveLength(isScanned ? ranges : 0);
  });

  it('keeps every input and every result of an activity or a sub-orchestration under 4 KB', () => {
    const sizeOf = (value: unknown) => Buffer.byteLength(JSON.stringify(value) ?? '');
    const sizes = observed.exchanges.map(({ input: given, result }) => Math.max(sizeOf(given), sizeOf(result)));
    expect(sizes.reduce((most, size) => Math.max(most, size), 0)).toBeLessThan(LIMIT_IN_BYTES);
  });

  it('gives no orchestration more than 210 tasks', () => {
    expect(observed.tasks.reduce((most, { count }) => Math.max(most, count), 0)).toBeLessThanOrEqual(210);
  });

  it('gives each sub-orchestration an instance id of its own', () => {
    const ids = observed.exchanges.flatMap(({ instanceId }) => instanceId ?? []);
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe('a task that returns a problem', () => {
  const refuse = ({ task }: { task: number }): object =>
    task === 40_100 ? { ok: false, problem: LONG_PROBLEM } : ok({ rows: 1, rejected: 0, bytes: 1 });
  const { observed, message } = play(160_000, { next: 'scan', blocks: 160_000 }, { transformRange: refuse });

  it('stops the run after its group of 40,000, and its problem stays under 4 KB at every level', () => {
    expect(message).toContain('CSV_BROKEN');
    expect(partsOf(observed, 'transformRange')).toHaveLength(80_000);
    const results = observed.exchanges.filter(({ result }) => JSON.stringify(result ?? '').includes('CSV_BROKEN'));
    // The activity, its batch, its group of 40,000 and the whole step.
    expect(results.map(({ name }) => name).sort()).toEqual(['spread', 'spread', 'spread', 'transformRange']);
    for (const { result } of results) expect(JSON.stringify(result).length).toBeLessThan(LIMIT_IN_BYTES);
  });

  it('is followed only by the clean-up steps', () => {
    const names = observed.exchanges.filter(({ kind }) => kind === 'activity').map(({ name }) => name);
    expect(names.slice(names.lastIndexOf('transformRange') + 1)).toEqual(['discardRun', 'concludeRun']);
  });

  it('in planning: no range is transformed', () => {
    const planning = play(
      300,
      { next: 'scan', blocks: 300 },
      { scanBlock: () => ({ ok: false, problem: LONG_PROBLEM }) },
    );
    expect(planning.message).toContain('CSV_BROKEN');
    expect(partsOf(planning.observed, 'transformRange')).toEqual([]);
    expect(planning.observed.exchanges.map(({ name }) => name)).not.toContain('foldScan');
  });
});

describe('removing what is stale', () => {
  const stale = async (ranges: number) => {
    const key = { ...input, runId: 'run-1' };
    const rows = ranges * 1e6;
    const questions: unknown[] = [];
    const answer = <Result>(question: unknown, result: Result) => {
      questions.push(question);
      return Promise.resolve(result);
    };
    const database = { query: (...question: unknown[]) => answer(question, [{ noted: rows, deleted: rows }] as never) };
    const vectors = {
      count: (filter: object) => answer(filter, rows),
      remove: (filter: object) => answer(filter, undefined),
    };
    await removeStaleDocuments(database, key, rows);
    await removeStalePoints({ vectors }, key, rows);
    await clearRowKeys(database, key);
    return questions;
  };

  it('needs as many calls for 160,000 ranges as for 1,600, with under 4 KB of input', async () => {
    const [few, many] = [await stale(1600), await stale(160_000)];
    expect(many).toHaveLength(few.length);
    expect(few.length).toBeLessThan(10);
    expect(JSON.stringify(many).length).toBeLessThan(LIMIT_IN_BYTES);
  });
});
