import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { compileHost } from '../../support/functions-host/compiledHost';
import { startOrchestration, waitUntilEnded } from '../../support/functions-host/durableHttp';
import { eventually, startHostProcess, type HostProcess } from '../../support/functions-host/hostProcess';
import { temporaryFolder } from '../../support/functions-host/temporaryFolder';

const compiled = compileHost();
const folder = temporaryFolder();
afterAll(() => compiled.remove());

function groundOf(name: string, flags: string[]) {
  const traceFile = path.join(folder, `${name}.trace`);
  const start = (environment: Record<string, string> = {}): Promise<HostProcess> =>
    startHostProcess({
      main: compiled.main,
      dataFolder: path.join(folder, name),
      environment: { DEMO_TRACE: traceFile, ...environment },
      flags: ['--log-level', 'warning', ...flags],
    });
  const trace = (): string[] => (fs.existsSync(traceFile) ? fs.readFileSync(traceFile, 'utf8').trim().split('\n') : []);
  const starts = (how: string): number => trace().filter((line) => line === `poison ${how}`).length;
  return { start, starts, trace };
}

/** Starts hosts on the same data until one survives its work: at most `limit` of them. */
async function untilEnded(start: () => Promise<HostProcess>, id: string, first: HostProcess, limit: number) {
  let host = first;
  for (let ends = 0; ends < limit; ends++) {
    const { child, origin } = host;
    const hasDied = child.exitCode !== null || child.signalCode !== null;
    const died = hasDied ? Promise.resolve(undefined) : once(child, 'exit').then(() => undefined);
    const status = await Promise.race([died, waitUntilEnded(origin, id).catch(() => died)]);
    if (status !== undefined) return { status, host };
    host = await start();
  }
  throw new Error(`The process ended ${limit} times.`);
}

test('an activity that ends its process each time fails after five starts, retries included, and the others end', async () => {
  const { start, starts, trace } = groundOf('kill', []);
  const first = await start();
  const id = await startOrchestration(first.origin, 'poisoned', { how: 'kill', count: 12 });
  const { status, host } = await untilEnded(start, id, first, 10);
  expect(status.runtimeStatus).toBe('Failed');
  expect(status.output).toContain("ACTIVITY_ABANDONED: The process ended each time that the activity 'poison'");
  expect(status.output).toContain('"how":"kill"');
  expect(starts('kill')).toBe(5);
  expect(await host.stop()).toBe(0);
  for (let i = 0; i < 12; i++) expect(trace()).toContain(`work ends ${i}`);
});

test('a blocked process that is killed counts as well, and the limit is an option', async () => {
  const { start, starts } = groundOf('block', ['--activity-starts', '2']);
  let host = await start();
  const id = await startOrchestration(host.origin, 'poisoned', { how: 'block' });
  for (const expected of [1, 2]) {
    await eventually(() => (starts('block') === expected ? true : undefined));
    await host.stop('SIGKILL');
    host = await start();
  }
  expect((await waitUntilEnded(host.origin, id)).output).toContain('ACTIVITY_ABANDONED');
  expect(starts('block')).toBe(2);
  expect(await host.stop()).toBe(0);
});

test('a stop that interrupts an activity does not count', async () => {
  const { start, starts } = groundOf('wait', ['--activity-starts', '1', '--drain-seconds', '0']);
  const first = await start();
  const id = await startOrchestration(first.origin, 'poisoned', { how: 'wait' });
  for (const [expected, host] of [first, undefined, undefined].entries()) {
    const current = host ?? (await start());
    await eventually(() => (starts('wait') === expected + 1 ? true : undefined));
    expect(await current.stop()).toBe(0);
  }
  const last = await start({ DEMO_HARMLESS: 'yes' });
  expect((await waitUntilEnded(last.origin, id)).runtimeStatus).toBe('Completed');
  expect(await last.stop()).toBe(0);
});
