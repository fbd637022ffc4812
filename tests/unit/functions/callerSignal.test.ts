import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { callerSignal } from '../../../functions/http/callerSignal';

let server: http.Server;
let origin: string;
const requests: { id: string; response: http.ServerResponse }[] = [];
beforeAll(async () => {
  // As the library's own: the host sends each request with the id of its invocation.
  server = http.createServer((request, response) => {
    requests.push({ id: String(request.headers['x-ms-invocation-id']), response });
    if (request.url === '/whole') response.end('done');
    else response.write('so far');
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

test('a caller who goes before the end of the answer aborts its signal, and only this one', async () => {
  const caller = new AbortController();
  await fetch(`${origin}/`, { headers: { 'x-ms-invocation-id': 'stays' } });
  await fetch(`${origin}/`, { headers: { 'x-ms-invocation-id': 'goes' }, signal: caller.signal });
  const signal = callerSignal('goes');
  expect(signal?.aborted).toBe(false);
  const gone = once(signal as EventTarget, 'abort');
  caller.abort();
  await gone;
  expect(callerSignal('goes')).toBeUndefined();
  expect(callerSignal('stays')?.aborted).toBe(false);
});

test('a complete answer aborts nothing and leaves nothing behind', async () => {
  const answered = fetch(`${origin}/whole`, { headers: { 'x-ms-invocation-id': 'whole' } });
  const signals: (AbortSignal | undefined)[] = [];
  server.prependOnceListener('request', () => signals.push(callerSignal('whole')));
  expect(await (await answered).text()).toBe('done');
  const { response } = requests.at(-1) ?? {};
  if (response?.closed === false) await once(response, 'close');
  expect(signals[0]?.aborted).toBe(false);
  expect(callerSignal('whole')).toBeUndefined();
});

test('a request without the id of an invocation has no signal', async () => {
  await fetch(`${origin}/whole`);
  expect(callerSignal('undefined')).toBeUndefined();
});
