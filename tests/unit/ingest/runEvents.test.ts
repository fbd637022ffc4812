import type { IngestDependencies } from '../../../lib/ingest/dependencies';
import { concludeRunStep } from '../../../lib/ingest/steps/concludeRun';
import type { Problem } from '../../../lib/problems/problem';
import type { RunSummary } from '../../../lib/runs/run';

const key = { runId: 'run-1', dataset: 'letters', date: '2026-01-01' };
const summary: RunSummary = {
  rows: { source: 1, lake: 1, sql: 1, vectors: 1 },
  chunks: { embedded: 1, reused: 0, deleted: 0 },
  rejected: 0,
  lakeVersion: 0,
};
const dependencies = {
  runs: { conclude: async () => undefined },
  database: { query: async () => ({ rows: [], rowCount: 0 }), transaction: async () => undefined },
  lakehouse: { store: { list: async function* () {}, remove: async () => undefined }, containers: {} },
} as unknown as IngestDependencies;

async function linesOf(problem: Problem | null, summary: RunSummary | null = null): Promise<string[]> {
  const lines: string[] = [];
  const log = {
    warn: (line: string) => void lines.push(`warning: ${line}`),
    info: (line: string) => void lines.push(line),
  };
  const { signal } = new AbortController();
  await concludeRunStep.work(dependencies, { ...key, problem, summary }, log, signal);
  return lines;
}

describe('the end of a run', () => {
  it('writes one line when the run failed, for an alert to find', async () => {
    expect(await linesOf({ code: 'QUALITY_GATE_CLOSED', message: 'The gate is closed.' })).toEqual([
      'warning: run-event {"event":"Failed","runId":"run-1","dataset":"letters","date":"2026-01-01","code":"QUALITY_GATE_CLOSED"}',
    ]);
  });

  it('writes one line, not as a warning, when the run is complete', async () => {
    expect(await linesOf(null, summary)).toEqual([
      'run-event {"event":"Completed","runId":"run-1","dataset":"letters","date":"2026-01-01"}',
    ]);
  });

  it('writes nothing when somebody cancelled the run', async () => {
    const problem = { code: 'RUN_CANCELLED', message: 'The run was cancelled.' } as const;
    expect(await linesOf(problem)).toEqual([]);
  });
});
