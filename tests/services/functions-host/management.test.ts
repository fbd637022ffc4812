import {
  manage,
  startOrchestration,
  waitUntilEnded,
  readStatus,
  type Status,
} from '../../support/functions-host/durableHttp';
import { eventually } from '../../support/functions-host/hostProcess';
import { sharedHost } from '../../support/functions-host/sharedHost';

const host = sharedHost();

interface ClientAnswer {
  result?: unknown;
  error?: string;
}

/** Calls the durable-functions client inside the demo app. */
async function client(call: string, id = '', body: object = {}): Promise<ClientAnswer> {
  const url = `${host.current().origin}/api/client/${call}/${id}`;
  const response = await fetch(url, { method: 'POST', body: JSON.stringify(body) });
  return (await response.json()) as ClientAnswer;
}

async function startWithClient(name: string, input: unknown, id?: string): Promise<Response> {
  const query = id === undefined ? '' : `?id=${id}`;
  return fetch(`${host.current().origin}/api/start/${name}${query}`, { method: 'POST', body: JSON.stringify(input) });
}

const untilStatus = (id: string, wanted: string) =>
  eventually(async () => {
    const status = await readStatus(host.current().origin, id);
    return status.runtimeStatus === wanted ? status : undefined;
  });

test('startNew and createCheckStatusResponse give URLs that work', async () => {
  const response = await startWithClient('sequence', { count: 2 }, 'first');
  expect(response.status).toBe(202);
  const urls = (await response.json()) as Record<string, string>;
  expect(urls.id).toBe('first');
  expect(response.headers.get('location')).toBe(urls.statusQueryGetUri);
  const status = await eventually(async () => {
    const found = (await (await fetch(urls.statusQueryGetUri ?? '')).json()) as Status;
    return found.runtimeStatus === 'Completed' ? found : undefined;
  });
  expect(status).toMatchObject({ instanceId: 'first', output: 1 });
  const purged = await fetch(urls.purgeHistoryDeleteUri ?? '', { method: 'DELETE' });
  expect(await purged.json()).toEqual({ instancesDeleted: 1 });
});

test('an id can be started again only after its instance has ended', async () => {
  expect((await startWithClient('twoEvents', undefined, 'twice')).status).toBe(202);
  // The client turns the refusal into an exception, which the demo app does not catch.
  expect((await startWithClient('twoEvents', undefined, 'twice')).status).toBe(500);
  const refused = await manage(host.current().origin, 'POST', 'orchestrators/twoEvents/twice');
  expect(refused.status).toBe(409);
  expect(await refused.json()).toEqual({
    message: expect.stringMatching(/'twice' with the status \w+ already exists/) as string,
  });
  await client('terminate', 'twice');
  await untilStatus('twice', 'Terminated');
  expect((await startWithClient('sequence', { count: 1 }, 'twice')).status).toBe(202);
  expect(await untilStatus('twice', 'Completed')).toMatchObject({ name: 'sequence', output: 0 });
});

test('an unknown orchestrator is refused', async () => {
  const response = await manage(host.current().origin, 'POST', 'orchestrators/nobody');
  expect(response.status).toBe(400);
  expect(await response.text()).toContain("'nobody' doesn't exist");
});

test('raiseEvent, suspend and resume', async () => {
  const { origin } = host.current();
  const id = await startOrchestration(origin, 'twoEvents', undefined);
  await untilStatus(id, 'Running');
  await client('suspend', id);
  expect((await readStatus(origin, id)).runtimeStatus).toBe('Suspended');
  await client('event', id, { name: 'one', data: { n: 1 } });
  await client('event', id, { name: 'two', data: { n: 2 } });
  const held = (await client('status', id)).result as Status;
  expect(held).toMatchObject({ runtimeStatus: 'Suspended', output: null });
  await client('resume', id);
  expect((await waitUntilEnded(origin, id)).output).toEqual({ first: { n: 1 }, second: { n: 2 } });
});

test('suspend of a suspended and resume of a running instance are refused as by the extension', async () => {
  const { origin } = host.current();
  const id = await startOrchestration(origin, 'twoEvents', undefined);
  await untilStatus(id, 'Running');
  const refused = await manage(origin, 'POST', `instances/${id}/resume`);
  expect(refused.status).toBe(500);
  expect(await refused.json()).toEqual({ message: 'Cannot resume orchestration instance in the Running state.' });
  expect((await client('suspend', id)).error).toBeUndefined();
  expect((await client('suspend', id)).error).toContain(
    'Cannot suspend orchestration instance in the Suspended state.',
  );
  await client('terminate', id);
});

test.each([
  ['%40one', 'must not begin with @'],
  ['a%2Fb', 'must not contain'],
  ['a%5Cb', 'must not contain'],
  ['a%23b', 'must not contain'],
  ['a%3Fb', 'must not contain'],
  ['a%0Ab', 'must not contain'],
  ['x'.repeat(101), 'must not be longer than 100'],
])('the instance id %s is refused', async (id, why) => {
  const response = await manage(host.current().origin, 'POST', `orchestrators/sequence/${id}`, '{"count":0}');
  expect(response.status).toBe(400);
  expect(await response.text()).toContain(why);
});

test('instance ids of 100 characters, and with @ inside, are accepted', async () => {
  for (const id of ['x'.repeat(100), 'a@b']) {
    const path = `orchestrators/sequence/${encodeURIComponent(id)}`;
    expect((await manage(host.current().origin, 'POST', path, '{"count":0}')).status).toBe(202);
  }
});

test('a purge of several instances needs a start time, and an event needs JSON', async () => {
  const { origin } = host.current();
  const id = await startOrchestration(origin, 'twoEvents', undefined);
  await untilStatus(id, 'Running');
  expect((await manage(origin, 'DELETE', 'instances?runtimeStatus=Completed')).status).toBe(400);
  const event = `instances/${id}/raiseEvent/one`;
  expect((await manage(origin, 'POST', event, '1', 'text/plain')).status).toBe(400);
  expect((await manage(origin, 'POST', event, '1', 'application/json; charset=utf-8')).status).toBe(202);
  await client('terminate', id);
});

test('the library gets the text of a refused rewind', async () => {
  const { origin } = host.current();
  const id = await startOrchestration(origin, 'sequence', { count: 0 });
  await waitUntilEnded(origin, id);
  expect((await client('rewind', id)).error).toContain('The local host does not support "rewind"');
});

test('terminate ends a waiting and a suspended instance, with the reason as output', async () => {
  const { origin } = host.current();
  const ids = [await startOrchestration(origin, 'twoEvents', 1), await startOrchestration(origin, 'twoEvents', 2)];
  for (const id of ids) await untilStatus(id, 'Running');
  await client('suspend', ids[1]);
  for (const id of ids) {
    await client('terminate', id);
    expect(await untilStatus(id, 'Terminated')).toMatchObject({ output: 'because' });
  }
});

test('operations on an ended instance answer 410, on an unknown one 404', async () => {
  const { origin } = host.current();
  const id = await startOrchestration(origin, 'sequence', { count: 0 });
  await waitUntilEnded(origin, id);
  for (const operation of ['raiseEvent/x', 'terminate', 'suspend', 'resume']) {
    expect((await manage(origin, 'POST', `instances/${id}/${operation}`)).status).toBe(410);
    expect((await manage(origin, 'POST', `instances/nobody/${operation}`)).status).toBe(404);
  }
  expect((await manage(origin, 'GET', 'instances/nobody')).status).toBe(404);
  expect((await client('status', 'nobody')).error).toContain('404');
});

test('a running instance is not purged', async () => {
  const { origin } = host.current();
  const id = await startOrchestration(origin, 'twoEvents', undefined);
  expect((await client('purge', id)).result).toEqual({ instancesDeleted: 0 });
  expect((await readStatus(origin, id)).instanceId).toBe(id);
});

test('queries filter by status, creation time and id prefix', async () => {
  const { origin } = host.current();
  const done = await startOrchestration(origin, 'sequence', { count: 1 }, 'filter-done');
  await waitUntilEnded(origin, done);
  const running = await startOrchestration(origin, 'twoEvents', undefined, 'filter-running');
  await untilStatus(running, 'Running');
  const ids = async (query: string) => {
    const found = (await (
      await manage(origin, 'GET', `instances?instanceIdPrefix=filter-&${query}`)
    ).json()) as Status[];
    return found.map(({ instanceId }) => instanceId).sort();
  };
  expect(await ids('')).toEqual([done, running]);
  expect(await ids('runtimeStatus=Completed')).toEqual([done]);
  expect(await ids('runtimeStatus=Running,Pending')).toEqual([running]);
  expect(await ids('createdTimeFrom=2999-01-01T00:00:00Z')).toEqual([]);
  expect(await ids('createdTimeTo=2999-01-01T00:00:00Z')).toEqual([done, running]);

  const byClient = (await client('by', '', { runtimeStatus: ['Completed'], from: 0, to: Date.now() + 1000 }))
    .result as Status[];
  expect(byClient.map(({ instanceId }) => instanceId)).toContain(done);
  expect(byClient.map(({ instanceId }) => instanceId)).not.toContain(running);
  const all = (await client('all')).result as Status[];
  expect(all.map(({ instanceId }) => instanceId)).toEqual(expect.arrayContaining([done, running]));
  expect((await client('purgeBy', '', { runtimeStatus: ['Completed'] })).result).toMatchObject({
    instancesDeleted: expect.any(Number) as number,
  });
  expect(await ids('')).toEqual([running]);
});

test('the history shows outcomes with what scheduled them, and values when asked for', async () => {
  const { origin } = host.current();
  const id = await startOrchestration(origin, 'sequence', { count: 1 });
  await waitUntilEnded(origin, id);
  const { historyEvents: bare } = await readStatus(origin, id, 'showHistory=true');
  expect(bare?.map(({ EventType }) => EventType)).toEqual(['ExecutionStarted', 'TaskCompleted', 'ExecutionCompleted']);
  expect(bare?.[1]).toMatchObject({ FunctionName: 'echo', ScheduledTime: expect.stringMatching(/Z$/) as string });
  expect(bare?.[1]).not.toHaveProperty('Result');
  const { historyEvents } = await readStatus(origin, id, 'showHistory=true&showHistoryOutput=true');
  expect(historyEvents?.[1]).toMatchObject({ Result: { i: 0 } });
  expect(historyEvents?.[2]).toMatchObject({ OrchestrationStatus: 'Completed', Result: 0 });
});

test('status codes: 202 while running, 200 when ended, 500 for a failure when asked for', async () => {
  const { origin } = host.current();
  const waiting = await startOrchestration(origin, 'twoEvents', undefined);
  const running = await manage(origin, 'GET', `instances/${waiting}`);
  expect(running.status).toBe(202);
  expect(running.headers.get('location')).toContain(waiting);
  const failed = await startOrchestration(origin, 'throwsEmpty', undefined);
  await waitUntilEnded(origin, failed);
  expect((await manage(origin, 'GET', `instances/${failed}`)).status).toBe(200);
  const query = 'returnInternalServerErrorOnFailure=true&showInput=false';
  expect((await manage(origin, 'GET', `instances/${failed}?${query}`)).status).toBe(500);
});

test('waitForCompletionOrCreateCheckStatusResponse gives the output, or the URLs after its time', async () => {
  const { origin } = host.current();
  const quick = await startOrchestration(origin, 'sequence', { count: 2 });
  const done = await fetch(`${origin}/api/client/wait/${quick}`, { method: 'POST' });
  expect([done.status, await done.json()]).toEqual([200, 1]);
  const waiting = await startOrchestration(origin, 'twoEvents', undefined);
  const body = JSON.stringify({ milliseconds: 60 });
  expect((await fetch(`${origin}/api/client/wait/${waiting}`, { method: 'POST', body })).status).toBe(202);
});

test('unsupported operations are refused by name', async () => {
  const { origin } = host.current();
  const id = await startOrchestration(origin, 'twoEvents', undefined);
  for (const path of [`instances/${id}/rewind`, `instances/${id}/restart`, 'orchestrators/twoEvents?timeout=5']) {
    const response = await manage(origin, 'POST', path);
    expect(response.status).toBe(501);
    expect(await response.text()).toContain('does not support');
  }
  expect((await manage(origin, 'GET', 'entities/counter/one')).status).toBe(501);
  expect((await manage(origin, 'POST', 'orchestrators/twoEvents', 'no json')).status).toBe(400);
  expect((await manage(origin, 'GET', 'nothing/here')).status).toBe(404);
});

test('the hub name in the client payload is a resolved setting', async () => {
  const { result } = await client('payload', 'some-id');
  expect((result as Record<string, string>).statusQueryGetUri).toContain('/instances/some-id?taskHub=DemoHub&');
});
