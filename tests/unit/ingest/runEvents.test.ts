import type { IngestDependencies } from '../../../lib/ingest/dependencies';
import { concludeRunStep } from '../../../lib/ingest/steps/concludeRun';
import type { Problem } from '../../../lib/problems/problem';

const key = { runId: 'run-1', dataset: 'letters', date: '2026-01-01' };
const dependencies = {
  runs: { conclude: async () => undefined },
  database: { query: async () => ({ rows: [], rowCount: 0 }), transaction: async () => undefined },
  lakehouse: {},
} as unknown as IngestDependencies;

async function linesOf(problem: Problem | null): Promise<string[]> {
  const lines: string[] = [];
  const log = { warn: (line: string) => void lines.push(line) };
  const { signal } = new AbortController();
  await concludeRunStep.work(dependencies, { ...key, problem, summary: null }, log, signal);
  return lines;
}

describe('the end of a run', () => {
  it('writes one line when the run failed, for an alert to find', async () => {
    expect(await linesOf({ code: 'QUALITY_GATE_CLOSED', message: 'The gate is closed.' })).toEqual([
      'run-event {"event":"Failed","runId":"run-1","dataset":"letters","date":"2026-01-01","code":"QUALITY_GATE_CLOSED"}',
    ]);
  });

  it('writes nothing when the run is complete', async () => {
    expect(await linesOf(null)).toEqual([]);
  });
});
