import fs from 'node:fs';
import path from 'node:path';
import { compileHost } from '../../support/functions-host/compiledHost';
import { readStatus, startOrchestration, waitUntilEnded } from '../../support/functions-host/durableHttp';
import { eventually, startHostProcess, type HostProcess } from '../../support/functions-host/hostProcess';
import { temporaryFolder } from '../../support/functions-host/temporaryFolder';

const compiled = compileHost();
const folder = temporaryFolder();
afterAll(() => compiled.remove());

/** Stops a host while the activity `stopped` runs, then starts another one on the same data. */
async function stopAndStart(how: string, drainSeconds: string) {
  const name = how.replaceAll(' ', '-');
  const traceFile = path.join(folder, `${name}.trace`);
  const trace = (): string[] => (fs.existsSync(traceFile) ? fs.readFileSync(traceFile, 'utf8').split('\n') : []);
  const start = (environment: Record<string, string> = {}): Promise<HostProcess> =>
    startHostProcess({
      main: compiled.main,
      dataFolder: path.join(folder, name),
      environment: { DEMO_TRACE: traceFile, ...environment },
      flags: ['--log-level', 'warning', '--drain-seconds', drainSeconds],
    });
  const first = await start();
  const id = await startOrchestration(first.origin, 'stoppedRun', { how });
  await eventually(() => (trace().includes(`stopped ${how}`) ? true : undefined));
  expect(await first.stop()).toBe(0);
  // The failure did happen before the process ended.
  expect(trace()).toContain(`stopped ${how}, ended`);
  const second = await start({ DEMO_HARMLESS: 'yes' });
  const status = await waitUntilEnded(second.origin, id);
  const { historyEvents = [] } = await readStatus(second.origin, id, 'showHistory=true');
  expect(await second.stop()).toBe(0);
  const starts = trace().filter((line) => line === `stopped ${how}`).length;
  return { status, starts, types: historyEvents.map(({ EventType }) => EventType) };
}

const CUT_OFF: [string, string][] = [
  ['throws at the signal', '10'],
  ['throws at the close', '0'],
  ['returns at the close', '0'],
];

test.each(CUT_OFF)('an activity that %s of a stop has no outcome, and runs again', async (how, drainSeconds) => {
  const { status, starts, types } = await stopAndStart(how, drainSeconds);
  expect(status).toMatchObject({ runtimeStatus: 'Completed', output: { how, ok: true } });
  expect(starts).toBe(2);
  // It is not a failed attempt either: the retry policy has all its attempts left.
  expect(types).not.toContain('TaskFailed');
});

test('an activity that ends while the host stops has its result, and does not run again', async () => {
  const { status, starts } = await stopAndStart('ends at the signal', '10');
  expect(status).toMatchObject({ runtimeStatus: 'Completed', output: { ok: true } });
  expect(starts).toBe(1);
});
