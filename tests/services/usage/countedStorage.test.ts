import http from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createAzureStorage } from '../../../lib/storage/azureStorage';
import type { ObjectStore } from '../../../lib/storage/objectStore';
import { countedStorage } from '../../../lib/usage/borders/countedStorage';
import { createUsageMeter } from '../../../lib/usage/usageMeter';
import { testStorage, uniqueName } from '../../support/servers';

/** Kinds of requests, as Azure prices them, read from what goes over the wire. */
type Kind = 'storageReads' | 'storageWrites' | 'storageLists' | 'storageOthers' | 'storageDeletes';

function kindOf(method: string, url: string): Kind {
  if (method === 'GET') return url.includes('comp=list') ? 'storageLists' : 'storageReads';
  if (method === 'HEAD') return 'storageOthers';
  if (method === 'DELETE') return 'storageDeletes';
  return url.includes('restype=container') ? 'storageLists' : 'storageWrites';
}

let seen: Kind[] = [];
const azurite = new URL(/BlobEndpoint=([^;]+)/.exec(testStorage())?.[1] ?? '');
const server = http.createServer((request, response) => {
  const { method = '', url = '', rawHeaders } = request;
  seen.push(kindOf(method, url));
  const onward = http.request({ host: '127.0.0.1', port: azurite.port, method, path: url, headers: rawHeaders });
  onward.on('response', (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
    answer.pipe(response);
  });
  request.pipe(onward);
});

const meter = createUsageMeter({ instanceMemoryInGigabytes: 2 });
const container = uniqueName('counted');
let store: ObjectStore;
let folder: string;
beforeAll(async () => {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const connectionString = testStorage().replaceAll(`:${azurite.port}/`, `:${port}/`);
  store = countedStorage(createAzureStorage({ connectionString }), meter);
  folder = await mkdtemp(path.join(tmpdir(), 'counted-'));
  await store.ensureContainer(container);
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await rm(folder, { recursive: true, force: true });
});

const MEGABYTE = 1024 * 1024;
const local = (name: string): string => path.join(folder, name);

async function* blocksOf(megabytes: number): AsyncGenerator<Buffer> {
  for (let number = 0; number < megabytes; number += 1) yield Buffer.alloc(MEGABYTE, number);
}

async function drain(values: AsyncIterable<unknown>): Promise<void> {
  for await (const value of values) void value;
}

// Each works on objects that the ones before it wrote.
const calls: [name: string, work: () => Promise<unknown>, bytes: { read: number; written: number }][] = [
  ['ensureContainer', () => store.ensureContainer(container), { read: 0, written: 0 }],
  ['write', () => store.write(container, 'a', 'twelve bytes'), { read: 0, written: 12 }],
  ['writeIfAbsent, absent', () => store.writeIfAbsent(container, 'b', 'four'), { read: 0, written: 4 }],
  ['writeIfAbsent, present', () => store.writeIfAbsent(container, 'b', 'four'), { read: 0, written: 4 }],
  ['read', () => store.read(container, 'a'), { read: 12, written: 0 }],
  ['read of a range', () => store.read(container, 'a', { offset: 2, length: 3 }), { read: 3, written: 0 }],
  ['read of nothing', () => store.read(container, 'a', { offset: 2, length: 0 }), { read: 0, written: 0 }],
  ['read of an absent object', () => store.read(container, 'no').catch(() => 0), { read: 0, written: 0 }],
  ['info', () => store.info(container, 'a'), { read: 0, written: 0 }],
  ['info of an absent object', () => store.info(container, 'no'), { read: 0, written: 0 }],
  ['list', () => drain(store.list(container, '')), { read: 0, written: 0 }],
  ['stream', () => drain(store.stream(container, 'a', { offset: 0, length: 12 })), { read: 12, written: 0 }],
  ['writeStream of nothing', () => store.writeStream(container, 'd', blocksOf(0)), { read: 0, written: 0 }],
  ['writeStream', () => store.writeStream(container, 'd', blocksOf(17)), { read: 0, written: 17 * MEGABYTE }],
  ['upload', () => store.upload(container, 'large', local('large')), { read: 0, written: 20 * MEGABYTE }],
  ['download', () => store.download(container, 'large', local('copy')), { read: 20 * MEGABYTE, written: 0 }],
  [
    'download of a range',
    () => store.download(container, 'large', local('copy'), { offset: 5, length: 9 * MEGABYTE }),
    { read: 9 * MEGABYTE, written: 0 },
  ],
  ['remove', () => store.remove(container, 'a'), { read: 0, written: 0 }],
];

describe('the counted requests to the lake', () => {
  beforeAll(() => writeFile(local('large'), Buffer.alloc(20 * MEGABYTE, 1)));

  it.each(calls)('%s: are those that the storage account received', async (_, work, bytes) => {
    seen = [];
    const scope = meter.begin();
    await scope.within(work);
    const usage = scope.end();
    const received = (kind: Kind): number => seen.filter((one) => one === kind).length;
    const kinds: Kind[] = ['storageReads', 'storageWrites', 'storageLists', 'storageOthers', 'storageDeletes'];
    expect(kinds.map((kind) => [kind, usage[kind]])).toEqual(kinds.map((kind) => [kind, received(kind)]));
    expect({ read: usage.bytesRead, written: usage.bytesWritten }).toEqual(bytes);
  });

  it('a file above the size of a single request: its blocks, and one that joins them', async () => {
    await writeFile(local('blocks'), Buffer.alloc(257 * MEGABYTE, 1));
    seen = [];
    const scope = meter.begin();
    await scope.within(() => store.upload(container, 'blocks', local('blocks')));
    expect(scope.end().storageWrites).toBe(34);
    expect(seen).toHaveLength(34);
  }, 60_000);
});
