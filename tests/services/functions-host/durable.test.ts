import fs from 'node:fs';
import path from 'node:path';
import {
  manage,
  readStatus,
  runOrchestration,
  startOrchestration,
  waitUntilEnded,
} from '../../support/functions-host/durableHttp';
import { eventually, HOST_KEY } from '../../support/functions-host/hostProcess';
import { sharedHost } from '../../support/functions-host/sharedHost';
import { temporaryFolder } from '../../support/functions-host/temporaryFolder';

const host = sharedHost();
const run = (name: string, input?: unknown) => runOrchestration(host.current().origin, name, input);

test('fan-out with retry policy, sub-orchestration, timer and custom status', async () => {
  const status = await run('fanOut', { count: 50 });
  const executionId: unknown = expect.stringMatching(/^[0-9a-f]{32}:\d+$/);
  expect(status).toMatchObject({
    name: 'fanOut',
    runtimeStatus: 'Completed',
    input: { count: 50 },
    customStatus: { phase: 'sub' },
    output: {
      count: 50,
      sum: 1225,
      sub: { from: status.instanceId, parent: status.instanceId, me: executionId, i: 'sub' },
    },
  });
});

test('chunks of fixed size', async () => {
  expect((await run('chunks', { count: 23, size: 5 })).output).toBe(23);
});

test('a sequence of activities', async () => {
  expect((await run('sequence', { count: 20 })).output).toBe(190);
});

test('many sub-orchestrations with a retry policy', async () => {
  expect((await run('manySubs', { count: 12 })).output).toBe(12);
});

test('a sub-orchestration with its own id can be run again by another parent', async () => {
  for (const round of [1, 2]) {
    const status = await run('fixedSub', { child: 'child-with-a-name', round });
    expect(status.output).toMatchObject({ of: status.instanceId, parent: status.instanceId, me: 'child-with-a-name' });
  }
});

test('a sub-orchestration whose id is taken by a running instance fails', async () => {
  const taken = await startOrchestration(host.current().origin, 'twoEvents', undefined);
  const { output } = await run('fixedSub', { child: taken });
  expect((output as { caught: string }).caught).toMatch(/instance '\w+' with the status \w+ already exists/);
});

test('retries, caught errors, and an error that ends the orchestration', async () => {
  const status = await run('retries');
  expect(status.runtimeStatus).toBe('Failed');
  expect(status.customStatus).toEqual({
    secondTry: 3,
    activityError: "Activity function 'flaky' failed: flaky 3 ",
    subError: "Orchestrator function 'failingSub' failed: sub exploded ",
    many: [1, 2, 3, 4],
    after: { after: 1 },
  });
  expect(status.output).toMatch(
    /^Orchestrator function 'retries' failed: Activity function 'flaky' failed: flaky 1 \n/,
  );
});

test('continueAsNew keeps the instance and gives it another input', async () => {
  const status = await run('loop', { i: 0, rounds: 5 });
  expect(status).toMatchObject({ output: { i: 5, first: status.instanceId }, input: { i: 5, rounds: 5 } });
});

test('values of all JSON types are passed to an activity and back', async () => {
  const date = '2024-01-01T00:00:00.000Z';
  expect((await run('types')).output).toEqual([1, 'text', '123', true, null, null, [1], { date }]);
});

test('an error without a message still fails the orchestration', async () => {
  const status = await run('throwsEmpty');
  expect(status).toMatchObject({ runtimeStatus: 'Failed' });
});

test('an event that arrives before the orchestration waits for it is kept', async () => {
  const { origin } = host.current();
  const id = await startOrchestration(origin, 'twoEvents', undefined);
  await manage(origin, 'POST', `instances/${id}/raiseEvent/two`, '{"n":2}');
  await manage(origin, 'POST', `instances/${id}/raiseEvent/one`, '{"n":1}');
  expect((await waitUntilEnded(origin, id)).output).toEqual({ first: { n: 1 }, second: { n: 2 } });
});

test('a canceled timer does not keep the instance running', async () => {
  const { origin } = host.current();
  const id = await startOrchestration(origin, 'event', undefined);
  await manage(origin, 'POST', `instances/${id}/raiseEvent/go`, '{"n":1}');
  expect((await waitUntilEnded(origin, id)).output).toEqual({ got: { n: 1 } });
});

describe('work', () => {
  const folder = temporaryFolder();
  const trace = path.join(folder, 'trace');
  const traced = sharedHost({ environment: { DEMO_TRACE: trace } });

  test('runs at most as many activities at once as host.json allows, and replays only when new actions follow', async () => {
    const { origin } = traced.current();
    const status = await runOrchestration(origin, 'fanOut', { count: 100, milliseconds: 10 });
    expect(status.output).toMatchObject({ sum: 4950 });
    let running = 0;
    let most = 0;
    for (const line of fs.readFileSync(trace, 'utf8').split('\n')) {
      if (/^work begins/.test(line)) most = Math.max(most, ++running);
      if (/^work ends/.test(line)) running--;
    }
    expect(most).toBe(10);
    const { durable } = (await (await fetch(`${origin}/admin/host/status?code=${HOST_KEY}`)).json()) as {
      durable: object;
    };
    // The parent: start, all activities done, sub-orchestration done, timer fired. The child: start, activity done.
    expect(durable).toMatchObject({ activities: 101, replays: 6, episodes: 6 });
  });
});

describe('orchestrations that fail on Azure', () => {
  test.each(['hazardFailedAllGoesOn', 'hazardAnyLoop', 'hazardWindow'])('%s fails with a remedy', async (name) => {
    const status = await run(name);
    expect(status.runtimeStatus).toBe('Failed');
    expect(status.output).toMatch(/the SDK numbered \d+ tasks and the host \d+.*Task\.all over chunks.*--id-check log/);
  });

  test.each(['hazardCanceledTimerAfterRetry', 'changing'])('%s fails as not deterministic', async (name) => {
    const status = await run(name);
    expect(status.runtimeStatus).toBe('Failed');
    expect(status.output).toMatch(/Non-deterministic orchestrator: .* as task \d, but its history says/);
  });

  test.each([
    ['entity', 'does not support CallEntity'],
    ['http', 'does not support CallHttp'],
  ])('%s is refused', async (name, message) => {
    const status = await run(name);
    expect(status.runtimeStatus).toBe('Failed');
    expect(status.output).toContain(message);
  });

  test('a losing timer that is not canceled keeps the instance running until it fires', async () => {
    const { origin } = host.current();
    const id = await startOrchestration(origin, 'openTimer', undefined);
    const ended = await waitUntilEnded(origin, id);
    expect(ended.output).toBe('timer not canceled');
    const { historyEvents = [] } = await readStatus(origin, id, 'showHistory=true');
    expect(historyEvents.map((event) => event.EventType)).toContain('TimerFired');
  });

  test('similar, valid orchestrations complete', async () => {
    expect((await run('failedAllOfPlainTasks')).output).toEqual({ after: { expected: 'this' } });
    expect((await run('failedAllReturns')).output).toBe('early');
  });
});

describe('with --id-check log', () => {
  const lenient = sharedHost({ flags: ['--id-check', 'log'] });

  test('the sliding window runs to its end with the wrong result it would have on Azure, and the log explains why', async () => {
    const status = await runOrchestration(lenient.current().origin, 'hazardWindow');
    expect(status.runtimeStatus).toBe('Completed');
    expect(status.output).not.toEqual(['q1', 'q2']);
    await eventually(() =>
      /error \[hazardWindow\].*SDK numbered/.test(lenient.current().output()) ? true : undefined,
    );
    expect(lenient.current().output()).toContain('SDK numbered');
  });
});
