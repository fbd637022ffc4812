import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import path from 'node:path';
import { createAzureStorage, dataLakeEndpoint } from '../../../lib/storage/azureStorage';
import { writeProduced } from '../../../lib/storage/writeProduced';
import { createLakeReader } from '../../../lib/documents/lakeReader';
import type { ObjectInfo } from '../../../lib/storage/objectStore';
import { addContract, errorOf, ingest, startLake, type TestLake } from '../../support/lake';

let lake: TestLake;
beforeAll(async () => {
  lake = await startLake();
});
afterAll(() => lake.stop());

async function all(items: AsyncIterable<ObjectInfo>): Promise<ObjectInfo[]> {
  const found: ObjectInfo[] = [];
  for await (const item of items) found.push(item);
  return found;
}

async function gathered(chunks: AsyncIterable<Buffer>): Promise<Buffer> {
  const all: Buffer[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return Buffer.concat(all);
}

/** The same storage through a proxy that breaks connections in the middle of a response. */
async function breakingProxy(connectionString: string) {
  const endpoint = new URL(/BlobEndpoint=([^;]*)/.exec(connectionString)?.[1] ?? '');
  let toBreak = 0;
  let broken = 0;
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(Number(endpoint.port), endpoint.hostname);
    let length = 0;
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        client.destroy();
        upstream.destroy();
      });
    }
    client.pipe(upstream);
    upstream.on('data', (chunk) => {
      length += chunk.length;
      client.write(chunk);
      if (length < 300_000 || toBreak === 0) return;
      toBreak -= 1;
      broken += 1;
      client.destroy();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const proxied = new URL(endpoint);
  proxied.port = `${(server.address() as AddressInfo).port}`;
  return {
    store: createAzureStorage({ connectionString: connectionString.replace(endpoint.href, proxied.href) }),
    breakNext: (count: number) => (toBreak = count),
    broken: () => broken,
    async stop() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

describe('the store on a storage account', () => {
  it('creates a file system once', async () => {
    expect(await lake.store.ensureContainer('made-now')).toBe(true);
    expect(await lake.store.ensureContainer('made-now')).toBe(false);
  });

  it('lists in lexical order, and nothing for an empty prefix', async () => {
    for (const name of ['b', 'a/2', 'a/10', 'a/1']) await lake.store.write(lake.containers.raw, `list/${name}`, name);
    const listed = await all(lake.store.list(lake.containers.raw, 'list/'));
    expect(listed.map(({ path: name, size }) => [name, size])).toEqual([
      ['list/a/1', 3],
      ['list/a/10', 4],
      ['list/a/2', 3],
      ['list/b', 1],
    ]);
    expect(await lake.store.info(lake.containers.raw, 'list/b')).toEqual(listed[3]);
    expect(await all(lake.store.list(lake.containers.raw, 'none/'))).toEqual([]);
    expect(await all(lake.store.list('no-such-container', ''))).toEqual([]);
  });

  it('reads whole objects and ranges, and downloads to a file in blocks', async () => {
    const bytes = randomBytes(19 * 1024 * 1024 + 7);
    const file = path.join(lake.contractsFolder, 'bytes');
    await writeFile(file, bytes);
    await lake.store.upload(lake.containers.raw, 'big', file);
    expect((await lake.store.read(lake.containers.raw, 'big')).equals(bytes)).toBe(true);
    expect(await lake.store.read(lake.containers.raw, 'big', { offset: 5, length: 3 })).toEqual(bytes.subarray(5, 8));
    expect(await lake.store.read(lake.containers.raw, 'big', { offset: 0, length: 0 })).toHaveLength(0);
    await lake.store.download(lake.containers.raw, 'big', file);
    expect((await readFile(file)).equals(bytes)).toBe(true);
    await lake.store.download(lake.containers.raw, 'big', file, { offset: 11, length: 17 * 1024 * 1024 });
    expect((await readFile(file)).equals(bytes.subarray(11, 11 + 17 * 1024 * 1024))).toBe(true);
    await lake.store.download(lake.containers.raw, 'big', file, { offset: bytes.length - 2, length: 2 });
    expect((await readFile(file)).equals(bytes.subarray(-2))).toBe(true);
    await lake.store.write(lake.containers.raw, 'nothing', '');
    await lake.store.download(lake.containers.raw, 'nothing', file);
    expect(await readFile(file)).toHaveLength(0);
  });

  it('streams a range in order, and nothing for an empty one', async () => {
    const bytes = randomBytes(3 * 1024 * 1024);
    await lake.store.write(lake.containers.raw, 'streamed', bytes);
    const range = await gathered(lake.store.stream(lake.containers.raw, 'streamed', { offset: 7, length: 2_000_000 }));
    expect(range.equals(bytes.subarray(7, 2_000_007))).toBe(true);
    expect(await gathered(lake.store.stream(lake.containers.raw, 'streamed', { offset: 7, length: 0 }))).toHaveLength(
      0,
    );
  });

  it('resumes after a broken connection, and reports a connection that keeps breaking', async () => {
    const bytes = randomBytes(20 * 1024 * 1024);
    await lake.store.write(lake.containers.raw, 'broken', bytes);
    const range = { offset: 1, length: bytes.length - 1 };
    const file = path.join(lake.contractsFolder, 'broken');
    const shaky = await breakingProxy(lake.connectionString);
    try {
      shaky.breakNext(2);
      expect((await gathered(shaky.store.stream(lake.containers.raw, 'broken', range))).equals(bytes.subarray(1))).toBe(
        true,
      );
      shaky.breakNext(2);
      await shaky.store.download(lake.containers.raw, 'broken', file, range);
      expect((await readFile(file)).equals(bytes.subarray(1))).toBe(true);
      expect(shaky.broken()).toBe(4);
      shaky.breakNext(Infinity);
      const outcome = {
        code: 'LAKE_STORAGE_UNAVAILABLE',
        retryable: true,
        where: { file: `${lake.containers.raw}/broken` },
      };
      expect(await errorOf(gathered(shaky.store.stream(lake.containers.raw, 'broken', range)))).toMatchObject(outcome);
      expect(await errorOf(shaky.store.download(lake.containers.raw, 'broken', file, range))).toMatchObject(outcome);
    } finally {
      await shaky.stop();
    }
  });

  it('lets one of many writers create an object', async () => {
    const outcomes = await Promise.all(
      Array.from({ length: 8 }, (_unused, index) => lake.store.writeIfAbsent(lake.containers.raw, 'once', `${index}`)),
    );
    expect(outcomes.filter((outcome) => outcome === 'written')).toHaveLength(1);
    const winner = outcomes.indexOf('written');
    expect((await lake.store.read(lake.containers.raw, 'once')).toString()).toBe(`${winner}`);
  });

  it('reports absent objects and containers', async () => {
    expect(await lake.store.info(lake.containers.raw, 'absent')).toBeUndefined();
    await lake.store.remove(lake.containers.raw, 'absent');
    const file = path.join(lake.contractsFolder, 'absent');
    for (const work of [
      lake.store.read(lake.containers.raw, 'absent'),
      lake.store.download(lake.containers.raw, 'absent', file),
      gathered(lake.store.stream(lake.containers.raw, 'absent', { offset: 0, length: 1 })),
    ]) {
      expect(await errorOf(work)).toMatchObject({
        code: 'LAKE_OBJECT_NOT_FOUND',
        retryable: false,
        where: { file: `${lake.containers.raw}/absent` },
      });
    }
    expect(await errorOf(lake.store.write('no-such-container', 'a', ''))).toMatchObject({
      code: 'LAKE_CONTAINER_NOT_FOUND',
    });
  });

  it('reports a refusal as permanent and an unreachable store as retryable', async () => {
    const wrongKey = lake.connectionString.replace(
      /AccountKey=[^;]*/,
      `AccountKey=${Buffer.from('wrong').toString('base64')}`,
    );
    expect(
      await errorOf(createAzureStorage({ connectionString: wrongKey }).read(lake.containers.raw, 'x')),
    ).toMatchObject({
      code: 'LAKE_STORAGE_FORBIDDEN',
      retryable: false,
    });
    const gone = lake.connectionString.replace(
      /BlobEndpoint=[^;]*/,
      'BlobEndpoint=http://127.0.0.1:1/devstoreaccount1',
    );
    expect(await errorOf(createAzureStorage({ connectionString: gone }).read(lake.containers.raw, 'x'))).toMatchObject({
      code: 'LAKE_STORAGE_UNAVAILABLE',
      retryable: true,
    });
  });

  it.each([
    ['https://account.blob.core.windows.net', 'https://account.dfs.core.windows.net'],
    ['http://127.0.0.1:10000/devstoreaccount1', 'http://127.0.0.1:10000/devstoreaccount1'],
  ])('finds the Data Lake endpoint of %s', (blob, dataLake) => {
    expect(dataLakeEndpoint(blob)).toBe(dataLake);
  });
});

describe('reading back', () => {
  it('returns large texts in small batches, omits the text if asked, and cleans up when the reader stops', async () => {
    await addContract(lake);
    const date = '2026-01-01';
    const body = 'a word '.repeat(15_000);
    const records = Array.from({ length: 100 }, (_unused, index) => `a-${index},T,,,"${body}"\n`).join('');
    await lake.drop('notes', date, 'a.csv', `id,title,n,day,body\n${records}`);
    await ingest(lake, { dataset: 'notes', date, runId: 'run-1' });
    const reader = createLakeReader(lake);
    const [part] = await reader.parts('notes', date);
    expect(part).toMatchObject({
      rows: 100,
      bytes: (await lake.store.info(lake.containers.processed, part?.path ?? ''))?.size,
    });
    if (part === undefined) return;
    const sizes: number[] = [];
    for await (const batch of reader.documents(part, { withText: true })) {
      sizes.push(batch.length);
      expect(batch.every((row) => row.text === body)).toBe(true);
    }
    expect(Math.max(...sizes)).toBeLessThanOrEqual(20);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(100);
    for await (const batch of reader.documents(part, { withText: false })) {
      expect(batch).toHaveLength(100);
      expect(batch[0]?.text).toBe('');
      break;
    }
    expect(await lake.leftovers()).toEqual([]);
  });

  it('finds no parts without a commit', async () => {
    await addContract(lake, { dataset: 'uncommitted' });
    expect(await createLakeReader(lake).parts('uncommitted', '2026-01-01')).toEqual([]);
  });
});

describe('a streamed write', () => {
  const MEBIBYTE = 1024 * 1024;
  async function* blocksOf(content: Buffer, length: number, end: () => void = () => undefined) {
    for (let at = 0; at < content.length; at += length) yield content.subarray(at, at + length);
    end();
  }
  const written = async (name: string) =>
    gathered(lake.store.stream(lake.containers.raw, name, { offset: 0, length: 40 * MEBIBYTE }));

  it.each([
    ['nothing', 0, 1],
    ['one byte', 1, 1],
    ['blocks of odd lengths', 20 * MEBIBYTE + 7, 65_539],
    ['one block that is longer than a request', 20 * MEBIBYTE, 20 * MEBIBYTE],
  ])('of %s holds every byte and returns their number', async (name, length, blockLength) => {
    const content = randomBytes(length);
    const path = `streamed/${name}`;
    const size = await lake.store.writeStream(lake.containers.raw, path, blocksOf(content, blockLength));
    expect(size).toBe(length);
    expect((await lake.store.info(lake.containers.raw, path))?.size).toBe(length);
    if (length > 0) expect((await written(path)).equals(content)).toBe(true);
  });

  it('that fails after its last block leaves the object as it was, and throws the error of its blocks', async () => {
    await lake.store.write(lake.containers.raw, 'streamed/kept', 'before');
    const fault = new Error('the file has changed');
    const blocks = blocksOf(randomBytes(9 * MEBIBYTE), MEBIBYTE, () => {
      throw fault;
    });
    await expect(lake.store.writeStream(lake.containers.raw, 'streamed/kept', blocks)).rejects.toBe(fault);
    expect((await written('streamed/kept')).toString()).toBe('before');
  });

  it('that the account refuses stops reading its blocks', async () => {
    let isClosed = false;
    async function* endless() {
      try {
        for (;;) yield Buffer.alloc(MEBIBYTE);
      } finally {
        isClosed = true;
      }
    }
    const error = await errorOf(lake.store.writeStream('no-such-container', 'streamed/endless', endless()));
    expect(error).toMatchObject({ code: 'LAKE_CONTAINER_NOT_FOUND' });
    await new Promise(setImmediate);
    expect(isClosed).toBe(true);
  });

  it('beside another one of the same object: one of them is there whole, and the other may be tried again', async () => {
    const contents = [randomBytes(17 * MEBIBYTE), randomBytes(18 * MEBIBYTE)];
    const writes = await Promise.allSettled(
      contents.map((content) =>
        lake.store.writeStream(lake.containers.raw, 'streamed/both', blocksOf(content, MEBIBYTE)),
      ),
    );
    const found = await written('streamed/both');
    expect(contents.some((content) => content.equals(found))).toBe(true);
    for (const write of writes)
      if (write.status === 'rejected') expect(write.reason).toMatchObject({ retryable: true });
  });
});

describe('an object that is written while it is produced', () => {
  const object = (name: string) => ({ container: lake.containers.quarantine, path: `produced/${name}` });
  const textOf = async (name: string) =>
    (await lake.store.read(lake.containers.quarantine, `produced/${name}`)).toString();

  it('has all texts in their order', async () => {
    const lines = Array.from({ length: 30_000 }, (_, index) => `${index} ${'é'.repeat(300)}\n`);
    const size = await writeProduced(lake.store, object('lines'), async (write) => {
      for (const line of lines) await write(line);
    });
    const text = await textOf('lines');
    expect(text === lines.join('')).toBe(true);
    expect(size).toBe(Buffer.byteLength(text));
  });

  it('stays as it was when the producer fails, whose error is thrown', async () => {
    await lake.store.write(lake.containers.quarantine, 'produced/kept', 'before');
    const fault = new Error('the range has changed');
    const failing = writeProduced(lake.store, object('kept'), async (write) => {
      await write('x'.repeat(10_000_000));
      throw fault;
    });
    await expect(failing).rejects.toBe(fault);
    expect(await textOf('kept')).toBe('before');
  });

  it('ends the producer when the account refuses it', async () => {
    let written = 0;
    const failing = writeProduced(lake.store, { container: 'no-such-container', path: 'x' }, async (write) => {
      for (;;) {
        await write('x'.repeat(1_000_000));
        written += 1;
      }
    });
    expect(await errorOf(failing)).toMatchObject({ code: 'LAKE_CONTAINER_NOT_FOUND' });
    const after = written;
    await new Promise(setImmediate);
    expect(written).toBe(after);
  });
});
