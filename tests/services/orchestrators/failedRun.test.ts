import fs from 'node:fs';
import path from 'node:path';
import { decodeProblem } from '../../../lib/problems/codec';
import type { Problem } from '../../../lib/problems/problem';
import { readStatus, startOrchestration, waitUntilEnded } from '../../support/functions-host/durableHttp';
import { sharedHost } from '../../support/functions-host/sharedHost';
import { temporaryFolder } from '../../support/functions-host/temporaryFolder';
import { buildStubApp } from '../../support/orchestration/stubApp';

// The real orchestrators and the real registration of steps on the real local host, with stub steps.
const stubs = buildStubApp();
afterAll(() => stubs.remove());
const folder = temporaryFolder();
const host = sharedHost({ appFolder: stubs.appFolder, environment: { STUB_FOLDER: folder } });

const ATTEMPTS = 3;
const read = (file: string): string => fs.readFileSync(path.join(folder, file), 'utf8');
const attempts = (dataset: string, step: string): number =>
  read(`${dataset}.calls`)
    .split('\n')
    .filter((name) => name === step).length;

/** Runs an ingest in which the step throws the problem at every attempt. Returns the output of the failed run. */
async function runFailing(
  dataset: string,
  step: string,
  failure: object,
): Promise<{ output?: Problem; concluded: Problem }> {
  fs.writeFileSync(path.join(folder, `${dataset}.gate`), 'open');
  fs.writeFileSync(path.join(folder, `${dataset}.${step}.failure`), JSON.stringify(failure));
  const { origin } = host.current();
  const id = await startOrchestration(
    origin,
    'ingest',
    { dataset, date: '2026-01-01' },
    `ingest-${dataset}-2026-01-01`,
  );
  await waitUntilEnded(origin, id);
  const { runtimeStatus, output } = await readStatus(origin, id);
  expect(runtimeStatus).toBe('Failed');
  return {
    output: decodeProblem(JSON.stringify(output)),
    concluded: JSON.parse(read(`${dataset}.concluded`)) as Problem,
  };
}

const FAULTS: Problem[] = [
  { code: 'SETTING_INVALID', message: 'The first of two. "quoted", {braces}, UPPER_CASE', where: { setting: 'A' } },
  { code: 'SETTING_MISSING', message: 'The second of two.' },
];
const DETAILS = {
  found: 'ECONNREFUSED\n{"$type":"x"}',
  expected: 'a server',
  where: { setting: 'SQL_SOURCE', line: 3 },
  remedy: 'Start the server.',
};

describe('a step that throws a retryable problem at every attempt', () => {
  it.each([
    ['in the orchestration itself', 'direct', 'extractSource', 1],
    ['in a sub-orchestration', 'sub', 'transformRange', 2],
    ['in a sub-orchestration of a sub-orchestration', 'deep', 'embedDocuments', 1],
  ])('%s: the failure of the run has every field of the problem', async (_place, dataset, step, tasks) => {
    const failure = { code: 'SQL_SOURCE_UNAVAILABLE', message: 'No connection.', ...DETAILS, faults: FAULTS };
    const { output, concluded } = await runFailing(dataset, step, failure);
    expect(output).toEqual({
      ...failure,
      message: expect.stringContaining('No connection.') as string,
      retryable: true,
    });
    expect(concluded).toEqual(output);
    expect(attempts(dataset, step)).toBe(ATTEMPTS * tasks);
  });
});

it('fails at once with a problem that is not retryable, with every field of the problem', async () => {
  const failure = { code: 'CSV_NOT_CSV', message: 'No delimiter.', ...DETAILS };
  const { output, concluded } = await runFailing('refused', 'transformRange', failure);
  expect(output).toEqual({ ...failure, retryable: false });
  expect(concluded).toEqual(output);
  expect(attempts('refused', 'transformRange')).toBe(2);
});

it.each([
  ['internal', 'extractSource'],
  ['internal-sub', 'embedDocuments'],
])('keeps an error without a code as INTERNAL, with its message: %s', async (dataset, step) => {
  const message = 'Cannot read "LAKE_CONTAINER" of {"RUN_NOT_FOUND": null}\nActivity function \'x\' failed: no';
  const { output, concluded } = await runFailing(dataset, step, { message });
  expect(output).toEqual({ code: 'INTERNAL', message });
  expect(concluded).toEqual(output);
  expect(attempts(dataset, step)).toBe(ATTEMPTS);
});
