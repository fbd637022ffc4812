import { spawn, type ChildProcess } from 'node:child_process';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { readLog, readSnapshot } from '../../../lib/delta/deltaLog';
import { day } from './deltaTables';
import { startLake, type TestLake } from '../../support/lake';

// As in commit.test.ts, but with processes that share only the storage.
jest.setTimeout(120_000);

const PROCESSES = [1, 2, 3];

let lake: TestLake;
beforeAll(async () => {
  lake = await startLake();
});
afterAll(() => lake.stop());

interface Outcome {
  runId: string;
  date: string;
  version?: number;
  code?: string;
}

interface Committer {
  process: ChildProcess;
  outcomes: Promise<Outcome[]>;
}

function startCommitter(dataset: string, runPrefix: string, dates: string[], connectionString?: string): Committer {
  const call = {
    connectionString: connectionString ?? lake.connectionString,
    container: lake.containers.processed,
    dataset,
    runPrefix,
    dates,
    temporaryDirectory: lake.temporaryDirectory,
  };
  const child = spawn(process.execPath, [path.join(__dirname, 'commitDates.cjs'), JSON.stringify(call)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const outcomes = new Promise<Outcome[]>((resolve) => {
    child.once('close', () => {
      const lines = output.split('\n').filter((line) => line !== '');
      resolve(lines.map((line) => JSON.parse(line) as Outcome));
    });
  });
  return { process: child, outcomes };
}

const datesFrom = (first: number, count: number): string[] =>
  Array.from({ length: count }, (_, index) => day(first + index));

async function commitSideBySide(dataset: string, datesOf: (process: number) => string[]): Promise<Outcome[]> {
  const committers = PROCESSES.map((n) => startCommitter(dataset, `run-${n}`, datesOf(n)));
  return (await Promise.all(committers.map(({ outcomes }) => outcomes))).flat();
}

describe('processes that commit to one table at once', () => {
  it('all succeed if their dates differ, one version each, and the first creates the table', async () => {
    const outcomes = await commitSideBySide('apart', (n) => datesFrom(n * 20, 8));
    const versions = outcomes.map(({ version }) => version).sort((a, b) => Number(a) - Number(b));
    expect(versions).toEqual(Array.from({ length: 24 }, (_, version) => version));
    const snapshot = await readSnapshot(lake, 'apart');
    expect(snapshot?.files.size).toBe(24);
    expect(snapshot?.checkpoint).toBeGreaterThanOrEqual(10);
    const entries = await readLog(lake.store, lake.containers.processed, 'apart');
    expect(entries.filter(({ actions }) => actions.some((action) => 'metaData' in action))).toHaveLength(1);
  });

  it('of one date: one succeeds, and the others report a conflict', async () => {
    const dates = datesFrom(1, 5);
    const outcomes = await commitSideBySide('same', () => dates);
    const committed = outcomes.filter(({ version }) => version !== undefined);
    expect(committed.map(({ date }) => date).sort()).toEqual(dates);
    const codes = outcomes.flatMap(({ code }) => code ?? []);
    expect(codes).toEqual(Array.from({ length: 10 }, () => 'LAKE_COMMIT_CONFLICT'));
    const files = [...((await readSnapshot(lake, 'same'))?.files.keys() ?? [])].sort();
    expect(files).toEqual(committed.map(({ date, runId }) => `ingest_date=${date}/${runId}.parquet`).sort());
  });
});

describe('a process that is killed between the put of its entry and the answer', () => {
  let proxy: Server;
  let beforeAnswer: (() => void) | undefined;
  beforeAll(async () => {
    const target = new URL(/BlobEndpoint=([^;]+)/.exec(lake.connectionString)?.[1] ?? '');
    proxy = createServer((incoming, outgoing) => {
      const { method, url = '', headers } = incoming;
      const passed = request({ host: target.hostname, port: target.port, method, path: url, headers }, (answer) => {
        if (beforeAnswer && method === 'PUT' && /_delta_log\/\d{20}\.json/.test(url)) {
          answer.resume().on('end', beforeAnswer);
          return;
        }
        outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(outgoing);
      });
      incoming.pipe(passed);
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => {
    proxy.closeAllConnections();
    return new Promise((resolve) => proxy.close(resolve));
  });

  it('has committed, and finds its commit when it is repeated', async () => {
    const { port } = proxy.address() as AddressInfo;
    const throughProxy = lake.connectionString.replace(/(?<=BlobEndpoint=http:\/\/)[^/;]+/, `127.0.0.1:${port}`);
    const killed = startCommitter('killed', 'run', [day(1)], throughProxy);
    beforeAnswer = () => killed.process.kill('SIGKILL');
    expect(await killed.outcomes).toEqual([]);
    expect(killed.process.signalCode).toBe('SIGKILL');
    expect(await readLog(lake.store, lake.containers.processed, 'killed')).toHaveLength(1);

    beforeAnswer = undefined;
    const again = startCommitter('killed', 'run', [day(1)], throughProxy);
    expect(await again.outcomes).toMatchObject([{ version: 0 }]);
    expect(await readLog(lake.store, lake.containers.processed, 'killed')).toHaveLength(1);
  });
});
