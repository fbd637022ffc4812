import { manage, readStatus, runOrchestration, startOrchestration, waitUntilEnded } from './durableHttp';
import { eventually } from './hostProcess';
import { sharedHost } from './sharedHost';

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
    output: { count: 50, sum: 1225, sub: { from: status.instanceId, parent: status.instanceId, me: executionId, i: 'sub' } },
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
  expect(status.output).toMatch(/^Orchestrator function 'retries' failed: Activity function 'flaky' failed: flaky 1 \n/);
});

test('continue as new keeps the instance and gives it another input', async () => {
  const status = await run('loop', { i: 0, rounds: 5 });
  expect(status).toMatchObject({ output: { i: 5, first: status.instanceId }, input: { i: 5, rounds: 5 } });
});

test('values of all JSON types travel to an activity and back', async () => {
  const date = '2024-01-01T00:00:00.000Z';
  expect((await run('types')).output).toEqual([1, 'text', '123', true, null, null, [1], { date }]);
});

test('an error without a message still fails the orchestration', async () => {
  const status = await run('throwsEmpty');
  expect(status).toMatchObject({ runtimeStatus: 'Failed' });
});

test('an event that comes before it is waited for is kept', async () => {
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

describe('what Azure would refuse or break on', () => {
  test.each(['hazardFailedAllGoesOn', 'hazardAnyLoop', 'hazardWindow'])('%s fails, and says what to do', async (name) => {
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

  test('the legal neighbours pass', async () => {
    expect((await run('failedAllOfPlainTasks')).output).toEqual({ after: { expected: 'this' } });
    expect((await run('failedAllReturns')).output).toBe('early');
  });
});

describe('with --id-check log', () => {
  const lenient = sharedHost({ flags: ['--id-check', 'log'] });

  test('the sliding window goes on, gives the wrong answer it would give on Azure, and the log says why', async () => {
    const status = await runOrchestration(lenient.current().origin, 'hazardWindow');
    expect(status.runtimeStatus).toBe('Completed');
    expect(status.output).not.toEqual(['q1', 'q2']);
    await eventually(() => (/error \[hazardWindow\].*SDK numbered/.test(lenient.current().output()) ? true : undefined));
    expect(lenient.current().output()).toContain('SDK numbered');
  });
});
