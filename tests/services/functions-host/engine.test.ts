import fs from 'node:fs';
import path from 'node:path';
import { ActionType, type Action } from '../../../packages/functions-host/durable/episodes/actions';
import { Engine } from '../../../packages/functions-host/durable/engine';
import { EventType, type HistoryEvent } from '../../../packages/functions-host/durable/episodes/historyEvents';
import { ManagementApi } from '../../../packages/functions-host/durable/managementApi';
import { Journal } from '../../../packages/functions-host/durable/journal/journal';
import type { Invoke } from '../../../packages/functions-host/worker/invoke';
import type { RegisteredFunction } from '../../../packages/functions-host/worker/coreContract';
import { eventually } from '../../support/functions-host/hostProcess';
import { temporaryFolder } from '../../support/functions-host/temporaryFolder';

const root = temporaryFolder();
let folders = 0;

function functionOf(name: string, type: string): [string, RegisteredFunction] {
  const trigger = { name: 'input', type };
  return [name, { metadata: { name, bindings: {} }, callback: () => undefined, trigger }];
}

interface Ground {
  engine: Engine;
  /** The journal on disk. */
  onDisk: () => string;
  failures: unknown[];
}

function engineWith(invoke: (ground: Ground) => Invoke, compactAtBytes?: number): Ground {
  const folder = path.join(root, String(folders++));
  fs.mkdirSync(folder);
  const failures: unknown[] = [];
  const onFatal = (thrown: unknown) => failures.push(thrown);
  const ground: Ground = {
    onDisk: () => fs.readFileSync(path.join(folder, 'durable.jsonl'), 'utf8'),
    failures,
  } as Ground;
  ground.engine = new Engine({
    invoke: (name, invocation) => invoke(ground)(name, invocation),
    functions: new Map([functionOf('order', 'orchestrationTrigger'), functionOf('work', 'activityTrigger')]),
    log: () => undefined,
    journal: new Journal({ folder, compactAtBytes, onFatal }),
    maxConcurrentActivities: 3,
    maxActivityStarts: 5,
    idCheck: 'off',
    sdkSequence: undefined,
    onFatal,
  });
  ground.engine.open();
  return ground;
}

interface Payload {
  history: HistoryEvent[];
}

/** The response of the SDK for an orchestrator that starts `count` activities at once and then ends. */
function fanOut(count: number, { history }: Payload): object {
  const call: Action = { actionType: ActionType.CallActivity, functionName: 'work', input: { big: 'x'.repeat(50) } };
  const all: Action = { actionType: ActionType.WhenAll, compoundActions: Array.from({ length: count }, () => call) };
  const isDone = history.filter((event) => event.EventType === EventType.TaskCompleted).length === count;
  return { isDone, actions: [[all]], output: isDone ? count : undefined };
}

const ended = (engine: Engine, id: string) =>
  eventually(() => (engine.table.get(id)?.status === 'Completed' ? true : undefined));

test('every change is on disk before it has an effect', async () => {
  const count = 40;
  const violations: string[] = [];
  const { engine, failures } = engineWith(({ onDisk }) => async (name, { data }) => {
    const written = onDisk();
    if (name === 'work') {
      if (!written.includes('"EventType":4')) violations.push('an activity ran that was not scheduled on disk');
      return { returnValue: { json: '{"ok":true}' }, hasResult: true };
    }
    const payload = JSON.parse(data?.string ?? '') as Payload;
    const completed = payload.history.filter((event) => event.EventType === EventType.TaskCompleted).length;
    if (written.split('"EventType":5').length - 1 < completed)
      violations.push('the orchestrator got a result that is not on disk');
    if (!written.includes('"t":"created"')) violations.push('an orchestrator ran that was not created on disk');
    return { returnValue: { json: JSON.stringify(fanOut(count, payload)) }, hasResult: true };
  });
  const id = engine.start('order', null);
  await ended(engine, id);
  expect(violations).toEqual([]);
  expect(failures).toEqual([]);
  expect(engine.statistics).toMatchObject({ activities: count, replays: 2, episodes: 2 });
  engine.close();
});

test('changes that the management API has confirmed are on disk', () => {
  const { engine, onDisk } = engineWith(() => async () => ({ returnValue: undefined, hasResult: false }));
  const api = new ManagementApi(engine, 'http://127.0.0.1:1', 'Hub', 'key');
  const ask = (method: string, pathOfApi: string) => {
    const [requestPath = '', query = ''] = pathOfApi.split('?');
    return api.handle({
      method,
      path: requestPath,
      query: new URLSearchParams(query),
      body: '',
      contentType: 'application/json',
    }).status;
  };
  expect(ask('POST', '/orchestrators/order/one')).toBe(202);
  expect(onDisk()).toContain('"t":"created","id":"one"');
  expect(ask('POST', '/instances/one/raiseEvent/go')).toBe(202);
  expect(onDisk()).toContain('"Name":"go"');
  expect(ask('POST', '/instances/one/suspend')).toBe(202);
  expect(onDisk()).toContain('"status":"Suspended"');
  expect(ask('POST', '/instances/one/terminate?reason=enough')).toBe(202);
  expect(onDisk()).toContain('"Input":"enough"');
  engine.close();
});

test('a journal that grows past its limit is compacted while orchestrations run', async () => {
  let longest = 0;
  const { engine, onDisk, failures } = engineWith(
    ({ onDisk: read }) =>
      async (name, { data }) => {
        longest = Math.max(longest, read().length);
        if (name === 'work') return { returnValue: { int: 1 }, hasResult: true };
        return {
          returnValue: { json: JSON.stringify(fanOut(20, JSON.parse(data?.string ?? '') as Payload)) },
          hasResult: true,
        };
      },
    8000,
  );
  for (let round = 0; round < 10; round++) {
    const id = engine.start('order', null, { id: 'again' });
    await ended(engine, id);
    expect(engine.purge(id)).toBe(true);
  }
  expect(failures).toEqual([]);
  engine.close();
  expect(longest).toBeGreaterThan(8000);
  expect(onDisk().length).toBeLessThan(longest);
});

test('a journal that cannot be written stops the host', async () => {
  const { engine, failures } = engineWith(() => async () => ({ returnValue: undefined, hasResult: false }));
  const id = engine.start('order', null);
  jest.spyOn(fs, 'writeSync').mockImplementationOnce(() => {
    throw new Error('ENOSPC: no space left on device');
  });
  await eventually(() => (failures.length > 0 ? true : undefined));
  expect(String(failures[0])).toContain('no space left');
  expect(engine.table.get(id)?.status).toBe('Pending');
  expect(() => engine.flush()).toThrow("can't be written");
});
