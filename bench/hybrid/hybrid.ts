/**
 * Reads of the lake over a long distance: through a network with 200 ms of latency that cuts 1 % of the connections, beside the
 * same bytes fetched bare (plain HTTP, as many connections) through the same latency without cuts.
 * Run: npm run bench:hybrid -- [--rounds 5] [--latency 200] [--cut-percent 1]
 * Prints the median of each kind of read and their ratio. Fails when bytes are missing or wrong.
 */
import { createHash, randomBytes } from 'node:crypto';
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import http from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { BlobServiceClient, BlobSASPermissions } from '@azure/storage-blob';
import { createAzureStorage } from '../../lib/storage/azureStorage';
import type { ByteRange, ObjectStore } from '../../lib/storage/objectStore';
import { startAzurite } from '../../local/azurite';
import { median } from '../transform/results';
import type { DistanceOptions } from './distantHttp';

const MEBIBYTE = 1024 * 1024;
const CONTAINER = 'raw';
/** As many as the store uses for one object. */
const CONNECTIONS = 4;

/** One kind of read, done often enough that some of its answers are cut. */
interface Kind {
  name: string;
  /** Bytes of each object or range. */
  length: number;
  times: number;
  ours: (store: ObjectStore, blob: string, length: number, file: string) => Promise<Buffer>;
  bare: (fetch: Fetch, length: number, file: string) => Promise<Buffer>;
}

/** Fetches a range of an object, without the storage package. */
type Fetch = (range: ByteRange, take: (chunk: Buffer) => Promise<void> | void) => Promise<void>;

const gathered = async (chunks: AsyncIterable<Buffer>): Promise<Buffer> => {
  const all: Buffer[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return Buffer.concat(all);
};

/** One request. */
const bareRead = async (fetch: Fetch, length: number): Promise<Buffer> => {
  const all: Buffer[] = [];
  await fetch({ offset: 0, length }, (chunk) => void all.push(chunk));
  return Buffer.concat(all);
};

/** As many equal ranges as there are connections, side by side, into a file. */
const bareDownload = async (fetch: Fetch, length: number, file: string): Promise<Buffer> => {
  const connections = Math.min(CONNECTIONS, Math.ceil(length / (8 * MEBIBYTE)));
  const part = Math.ceil(length / connections);
  const target = await open(file, 'w');
  await Promise.all(
    Array.from({ length: connections }, async (_unused, index) => {
      let offset = index * part;
      await fetch({ offset, length: Math.min(part, length - offset) }, async (chunk) => {
        const at = offset;
        offset += chunk.length;
        await target.write(chunk, 0, chunk.length, at);
      });
    }),
  );
  await target.close();
  return readFile(file);
};

const oursDownload =
  (ranged: boolean): Kind['ours'] =>
  async (store, blob, length, file) => {
    await store.download(CONTAINER, blob, file, ranged ? { offset: 0, length } : undefined);
    return readFile(file);
  };

const KINDS: Kind[] = [
  {
    name: 'a range of a file, to disk (transform)',
    length: 64 * MEBIBYTE,
    times: 25,
    ours: oursDownload(true),
    bare: bareDownload,
  },
  {
    name: 'an object whose length is not known before, to disk (part with repeated keys)',
    length: 24 * MEBIBYTE,
    times: 34,
    ours: oursDownload(false),
    bare: bareDownload,
  },
  {
    name: 'a small object whose length is not known before, to disk (key files)',
    length: MEBIBYTE,
    times: 100,
    ours: oursDownload(false),
    bare: bareDownload,
  },
  {
    name: 'a block, as a stream (scan)',
    length: 8 * MEBIBYTE,
    times: 100,
    ours: (store, blob, length) => gathered(store.stream(CONTAINER, blob, { offset: 0, length })),
    bare: bareRead,
  },
  {
    name: 'a small object, in memory (log, plans)',
    length: 32 * 1024,
    times: 100,
    ours: (store, blob) => store.read(CONTAINER, blob),
    bare: bareRead,
  },
];

/** Reads of one kind at once, as activities run side by side. */
const SIDE_BY_SIDE = 2;

async function repeated(times: number, work: () => Promise<void>): Promise<number> {
  const since = performance.now();
  let left = times;
  const lane = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      await work();
    }
  };
  await Promise.all(Array.from({ length: SIDE_BY_SIDE }, lane));
  return (performance.now() - since) / 1000;
}

async function startNetwork(options: DistanceOptions): Promise<{ port: number; child: ChildProcess }> {
  const child = fork(path.join(__dirname, 'network.js'), [JSON.stringify(options)]);
  const [{ port }] = (await once(child, 'message')) as [{ port: number }];
  return { port, child };
}

function bareFetch(sas: URL, agent: http.Agent): Fetch {
  return async ({ offset, length }, take) => {
    const request = http.get(sas, { agent, headers: { 'x-ms-range': `bytes=${offset}-${offset + length - 1}` } });
    const [answer] = (await once(request, 'response')) as [http.IncomingMessage];
    if (answer.statusCode !== 206) throw new Error(`the storage answered ${answer.statusCode}`);
    for await (const chunk of answer as AsyncIterable<Buffer>) await take(chunk);
  };
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      rounds: { type: 'string', default: '5' },
      latency: { type: 'string', default: '200' },
      'cut-percent': { type: 'string', default: '1' },
    },
  });
  const latencyInMilliseconds = Number(values.latency);
  const cutShare = Number(values['cut-percent']) / 100;
  const folder = mkdtempSync(path.join(tmpdir(), 'pipeline-x-bench-hybrid-'));
  const azurite = await startAzurite({ dataDirectory: path.join(folder, 'azurite') });
  const target = { port: azurite.ports.blob, latencyInMilliseconds };
  const [bareNetwork, cutNetwork] = await Promise.all([startNetwork(target), startNetwork({ ...target, cutShare })]);
  try {
    const direct = BlobServiceClient.fromConnectionString(azurite.connectionString).getContainerClient(CONTAINER);
    await direct.create();
    const ours = createAzureStorage({
      connectionString: azurite.connectionString.replaceAll(`:${azurite.ports.blob}/`, `:${cutNetwork.port}/`),
    });
    let file = 0;
    for (const { name, length, times, ours: readOurs, bare: readBare } of KINDS) {
      const content = randomBytes(length);
      const digest = digestOf(content);
      const blob = direct.getBlockBlobClient(`object-${length}`);
      await blob.uploadData(content, { blockSize: 8 * MEBIBYTE });
      const sas = new URL(
        await blob.generateSasUrl({
          permissions: BlobSASPermissions.parse('r'),
          expiresOn: new Date(Date.now() + 3_600_000),
        }),
      );
      sas.port = String(bareNetwork.port);
      const seconds: Record<'ours' | 'bare', number[]> = { ours: [], bare: [] };
      const checked = (read: (path: string) => Promise<Buffer>) => async (): Promise<void> => {
        file += 1;
        const local = path.join(folder, `read-${file}`);
        const bytes = await read(local);
        if (bytes.length !== length || (file % 10 === 0 && digestOf(bytes) !== digest)) {
          throw new Error(`${name}: the bytes are not those of the object`);
        }
        rmSync(local, { force: true });
      };
      for (let round = 0; round < Number(values.rounds); round += 1) {
        const agent = new http.Agent({ keepAlive: true });
        const fetch = bareFetch(sas, agent);
        seconds.bare.push(
          await repeated(
            times,
            checked((local) => readBare(fetch, length, local)),
          ),
        );
        agent.destroy();
        seconds.ours.push(
          await repeated(
            times,
            checked((local) => readOurs(ours, blob.name, length, local)),
          ),
        );
      }
      const [bare, mine] = [median(seconds.bare), median(seconds.ours)];
      console.log(
        `${name}, ${times} x ${(length / MEBIBYTE).toFixed(2)} MiB: bare ${bare.toFixed(2)} s, ours ${mine.toFixed(2)} s, ratio ${(mine / bare).toFixed(2)}`,
      );
    }
    cutNetwork.child.send('counts');
    const [counts] = (await once(cutNetwork.child, 'message')) as [{ answers: number; cuts: number }];
    console.log(`${counts.cuts} of ${counts.answers} answers were cut`);
  } finally {
    bareNetwork.child.disconnect();
    cutNetwork.child.disconnect();
    await azurite.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

function digestOf(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

void main();
