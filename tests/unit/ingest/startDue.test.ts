import { dayThatEnded, startDue } from '../../../lib/ingest/startDue';
import type { IngestInput, Orchestration } from '../../../lib/ingest/orchestration';
import type { IngestDependencies } from '../../../lib/ingest/dependencies';

const now = new Date('2026-03-01T01:00:00Z');

/** Contracts by name, with or without a SQL source; a raw container in which the named datasets have a file. */
function platform(datasets: Record<string, 'files' | 'sql' | 'faulty' | 'empty'>, running: string[] = []) {
  const started: IngestInput[] = [];
  const lines: string[] = [];
  const dependencies = {
    contracts: {
      names: async () => Object.keys(datasets),
      get: async (name: string) => {
        if (datasets[name] === 'faulty') throw new Error('the contract is faulty');
        return { source: datasets[name] === 'sql' ? { sqlSource: {} } : {} };
      },
    },
    lakehouse: {
      containers: { raw: 'raw' },
      store: {
        list: async function* (_container: string, prefix: string) {
          if (datasets[prefix.split('/')[0] ?? ''] === 'files') yield { path: `${prefix}a.csv` };
        },
      },
    },
  } as unknown as Pick<IngestDependencies, 'contracts' | 'lakehouse'>;
  const orchestration = {
    state: async (id: string) => (running.includes(id) ? { status: 'Running' } : undefined),
    start: async (_id: string, input: IngestInput) => void started.push(input),
  } as unknown as Orchestration;
  return { run: () => startDue(dependencies, orchestration, now, (line) => lines.push(line)), started, lines };
}

test('the day that ended is the previous day, also across months', () => {
  expect(dayThatEnded(now)).toBe('2026-02-28');
  expect(dayThatEnded(new Date('2028-03-01T23:59:59Z'))).toBe('2028-02-29');
});

test('starts each dataset that has files or a SQL source, and logs why the others are not started', async () => {
  const { run, started, lines } = platform({ a: 'files', b: 'sql', c: 'empty', d: 'faulty' });
  await run();
  expect(started).toEqual([
    { dataset: 'a', date: '2026-02-28', startedBy: 'schedule' },
    { dataset: 'b', date: '2026-02-28', startedBy: 'schedule' },
  ]);
  expect(lines).toEqual([
    'a: started ingest-a-2026-02-28',
    'b: started ingest-b-2026-02-28',
    'c: no files for 2026-02-28',
    'd: no files for 2026-02-28',
  ]);
});

test('does not start a run that is already running', async () => {
  const { run, started, lines } = platform({ a: 'files' }, ['ingest-a-2026-02-28']);
  await run();
  expect(started).toEqual([]);
  expect(lines).toEqual(['a: the ingest of 2026-02-28 is under way']);
});
