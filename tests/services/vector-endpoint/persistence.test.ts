import fs, {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { frame } from '../../../packages/vector-endpoint/log/logFormat';
import { startVectorEndpoint, type VectorEndpoint } from '../../../packages/vector-endpoint/vectorEndpoint';

describe('the data of the vector endpoint on disk', () => {
  let data: string;
  let endpoint: VectorEndpoint;

  beforeEach(async () => {
    data = mkdtempSync(join(tmpdir(), 'vectors-'));
    endpoint = await startVectorEndpoint({ port: 0, dataDirectory: data });
  });

  afterEach(async () => {
    await endpoint.stop();
    rmSync(data, { recursive: true, force: true });
  });

  const send = async (method: string, path: string, body?: object): Promise<unknown> => {
    const response = await fetch(endpoint.url + path, {
      method,
      ...(body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
    const answer = (await response.json()) as { result: unknown; status: unknown };
    expect(answer.status).toBe('ok');
    return answer.result;
  };

  const restart = async () => {
    await endpoint.stop();
    endpoint = await startVectorEndpoint({ port: 0, dataDirectory: data });
  };

  const createCollection = () =>
    send('PUT', '/collections/c', {
      vectors: { dense: { size: 3, distance: 'Cosine' }, flat: { size: 2, distance: 'Euclid', on_disk: true } },
      sparse_vectors: { words: { modifier: 'idf' } },
      hnsw_config: { m: 8 },
    });

  const upsert = (ids: readonly (number | string)[], payload: object = {}) =>
    send('PUT', '/collections/c/points?wait=true', {
      points: ids.map((id, index) => ({
        id,
        vector: {
          dense: [index + 1, 0.5, -index],
          ...(index % 2 === 0 && { flat: [index, 1] }),
          ...(index % 3 === 0 && { words: { indices: [index, 100, 7], values: [1, 0.25, 3] } }),
        },
        payload: { index, ...payload },
      })),
    });

  const everything = async () => ({
    collection: await send('GET', '/collections/c'),
    aliases: await send('GET', '/aliases'),
    points: await send('POST', '/collections/c/points/scroll', { limit: 1000, with_vector: true }),
    nearest: await send('POST', '/collections/c/points/query', {
      prefetch: [
        { query: [1, 0, 0], using: 'dense', limit: 5 },
        { query: { indices: [100, 7], values: [1, 1] }, using: 'words', limit: 5 },
      ],
      query: { fusion: 'dbsf' },
    }),
  });

  const uuid = '550e8400-e29b-41d4-a716-446655440000';
  const logFile = () => {
    const [folder] = readdirSync(join(data, 'collections'));
    return join(data, 'collections', folder ?? '', 'points.log');
  };

  it('is complete after a restart', async () => {
    await createCollection();
    await send('POST', '/collections/aliases', {
      actions: [{ create_alias: { alias_name: 'a', collection_name: 'c' } }],
    });
    await send('PUT', '/collections/c/index?wait=true', { field_name: 'index', field_schema: 'integer' });
    await upsert([1, 2, 3, uuid, 5, 6, 7]);
    await send('POST', '/collections/c/points/delete?wait=true', { points: [3] });
    await send('POST', '/collections/c/points/payload?wait=true', {
      points: [1],
      key: 'deep.er',
      payload: { text: 'naïve ✓', __proto__x: 1 },
    });
    await send('PUT', '/collections/c/points/payload?wait=true', { points: [2], payload: { only: [null] } });
    await send('POST', '/collections/c/points/payload/delete?wait=true', { points: [5], keys: ['index'] });
    await send('POST', '/collections/c/points/payload/clear?wait=true', { points: [6] });
    await send('PUT', '/collections/c/points/vectors?wait=true', { points: [{ id: 1, vector: { flat: [9, 9] } }] });
    await send('POST', '/collections/c/points/vectors/delete?wait=true', { points: [7], vector: ['dense'] });
    const before = await everything();
    await restart();
    expect(await everything()).toEqual(before);
    expect(await send('POST', '/collections/a/points/count', {})).toEqual({ count: 6 });
  });

  it('loses only an unfinished record at its end', async () => {
    await createCollection();
    await upsert([1, 2]);
    const before = await everything();
    await upsert([3, 4, 5]);
    const length = statSync(logFile()).size;
    await endpoint.stop();
    truncateSync(logFile(), length - 11);
    const printed = jest.spyOn(console, 'error').mockImplementation();
    endpoint = await startVectorEndpoint({ port: 0, dataDirectory: data });
    expect(await everything()).toEqual(before);
    expect(printed.mock.calls.join()).toMatch(
      /points\.log ended with an incomplete record of .* are in .*points\.log\.removed-/,
    );
    printed.mockRestore();
    // The next record replaces the unfinished one.
    await upsert([6]);
    await restart();
    expect(await send('POST', '/collections/c/points/count', {})).toEqual({ count: 3 });
  });

  it.each([
    ['half a frame', Buffer.from([200, 0, 0])],
    ['zeros', Buffer.alloc(64)],
    ['a frame without its record', frame(Buffer.alloc(900, 'x')).subarray(0, 300)],
  ])('is read when it is followed by %s', async (_what, garbage) => {
    await createCollection();
    await upsert([1, 2]);
    const before = await everything();
    await endpoint.stop();
    appendFileSync(logFile(), garbage);
    const printed = jest.spyOn(console, 'error').mockImplementation();
    endpoint = await startVectorEndpoint({ port: 0, dataDirectory: data });
    expect(await everything()).toEqual(before);
    const [, kept = ''] = /bytes are in (\S+) now/.exec(printed.mock.calls.join()) ?? [];
    printed.mockRestore();
    expect(readFileSync(kept)).toEqual(garbage);
  });

  it.each([
    ['in the middle', 60, 0xff, /points\.log is damaged at byte 20 of/],
    ['in a length', 22, 0x40, /points\.log is damaged at byte 20 of .*the length of the record there/],
  ])(
    'is refused when a byte is damaged %s, with the offset, and is left as it is',
    async (_, position, flip, message) => {
      await createCollection();
      await upsert([1, 2]);
      await upsert([3, 4]);
      await endpoint.stop();
      const bytes = readFileSync(logFile());
      const damaged = Buffer.from(bytes);
      damaged[position] = (damaged[position] ?? 0) ^ flip;
      writeFileSync(logFile(), damaged);
      await expect(startVectorEndpoint({ port: 0, dataDirectory: data })).rejects.toThrow(message);
      expect(readFileSync(logFile())).toEqual(damaged);
      writeFileSync(logFile(), bytes);
      endpoint = await startVectorEndpoint({ port: 0, dataDirectory: data });
      expect(await send('POST', '/collections/c/points/count', {})).toEqual({ count: 4 });
    },
  );

  it.each(['collection.json', 'points.log'])('is refused when %s is missing, and nothing is deleted', async (name) => {
    await createCollection();
    await upsert([1, 2]);
    await endpoint.stop();
    const file = join(dirname(logFile()), name);
    const bytes = readFileSync(file);
    rmSync(file);
    await expect(startVectorEndpoint({ port: 0, dataDirectory: data })).rejects.toThrow(`${file} is missing`);
    writeFileSync(file, bytes);
    endpoint = await startVectorEndpoint({ port: 0, dataDirectory: data });
    expect(await send('POST', '/collections/c/points/count', {})).toEqual({ count: 2 });
  });

  it('is refused when a byte of its configuration or of the aliases is changed, or all are missing', async () => {
    await createCollection();
    await send('POST', '/collections/aliases', {
      actions: [{ create_alias: { alias_name: 'a', collection_name: 'c' } }],
    });
    await endpoint.stop();
    for (const file of [join(dirname(logFile()), 'collection.json'), join(data, 'aliases.json')]) {
      const bytes = readFileSync(file);
      const changed = Buffer.from(bytes.toString().replace(/"c"/, '"d"'));
      expect(changed.equals(bytes)).toBe(false);
      for (const damaged of [changed, Buffer.alloc(0), bytes.subarray(0, 30)]) {
        writeFileSync(file, damaged);
        await expect(startVectorEndpoint({ port: 0, dataDirectory: data })).rejects.toThrow(`${file} is damaged: it`);
      }
      writeFileSync(file, bytes);
    }
    endpoint = await startVectorEndpoint({ port: 0, dataDirectory: data });
    expect(await send('POST', '/collections/a/points/count', {})).toEqual({ count: 0 });
  });

  it('is refused without the file of aliases, and starts without aliases on request', async () => {
    await createCollection();
    await upsert([1, 2]);
    await send('POST', '/collections/aliases', {
      actions: [{ create_alias: { alias_name: 'a', collection_name: 'c' } }],
    });
    await endpoint.stop();
    const file = join(data, 'aliases.json');
    const bytes = readFileSync(file);
    rmSync(file);
    const starting = startVectorEndpoint({ port: 0, dataDirectory: data });
    await expect(starting).rejects.toThrow(`${file} is missing, so the aliases of the collections are unknown`);
    expect(existsSync(file)).toBe(false);
    writeFileSync(file, '{}');
    endpoint = await startVectorEndpoint({ port: 0, dataDirectory: data });
    expect(await send('GET', '/aliases')).toEqual({ aliases: [] });
    expect(await send('POST', '/collections/c/points/count', {})).toEqual({ count: 2 });
    await endpoint.stop();
    writeFileSync(file, bytes);
    endpoint = await startVectorEndpoint({ port: 0, dataDirectory: data });
    expect(await send('POST', '/collections/a/points/count', {})).toEqual({ count: 2 });
  });

  it('of an earlier version may be without the file of aliases, but only at its first start', async () => {
    await createCollection();
    await endpoint.stop();
    const file = join(data, 'aliases.json');
    const configFile = join(dirname(logFile()), 'collection.json');
    const { content } = JSON.parse(readFileSync(configFile, 'utf8')) as { content: Record<string, unknown> };
    delete content.hasAliasFile;
    // Without a checksum, as earlier versions wrote it.
    writeFileSync(configFile, JSON.stringify(content));
    rmSync(file);
    endpoint = await startVectorEndpoint({ port: 0, dataDirectory: data });
    expect(await send('GET', '/aliases')).toEqual({ aliases: [] });
    await endpoint.stop();
    rmSync(file);
    await expect(startVectorEndpoint({ port: 0, dataDirectory: data })).rejects.toThrow(`${file} is missing`);
    writeFileSync(file, '{}');
    endpoint = await startVectorEndpoint({ port: 0, dataDirectory: data });
  });

  it('is refused when it is not a log', async () => {
    await createCollection();
    await endpoint.stop();
    const bytes = readFileSync(logFile());
    writeFileSync(logFile(), 'not a log at all');
    await expect(startVectorEndpoint({ port: 0, dataDirectory: data })).rejects.toThrow(/is not an operation log/);
    writeFileSync(logFile(), bytes);
    endpoint = await startVectorEndpoint({ port: 0, dataDirectory: data });
  });

  it('does not grow with every change of the same points', async () => {
    await createCollection();
    const ids = Array.from({ length: 100 }, (_, index) => index);
    await upsert(ids);
    const once = statSync(logFile()).size;
    for (let round = 0; round < 40; round++) {
      await upsert(ids, { round });
    }
    // The points were written 41 times. The log is rewritten when it has over 4 times as many records as points, plus 1,000.
    expect(statSync(logFile()).size).toBeLessThan(once * 20);
    const before = await everything();
    await restart();
    expect(await everything()).toEqual(before);
    expect(statSync(logFile()).size).toBeLessThan(once * 15);
  });

  it('survives an interrupted rewrite', async () => {
    await createCollection();
    await upsert([1, 2]);
    const before = await everything();
    await endpoint.stop();
    writeFileSync(`${logFile()}.compacting`, 'half of the points');
    endpoint = await startVectorEndpoint({ port: 0, dataDirectory: data });
    expect(await everything()).toEqual(before);
    expect(existsSync(`${logFile()}.compacting`)).toBe(false);
  });

  it('has no incomplete files after a restart, nor after a collection that could not be created', async () => {
    await createCollection();
    await endpoint.stop();
    const left = [join(data, 'aliases.json.new'), join(dirname(logFile()), 'collection.json.new')];
    left.forEach((file) => writeFileSync(file, 'half of it'));
    endpoint = await startVectorEndpoint({ port: 0, dataDirectory: data });
    expect(left.filter(existsSync)).toEqual([]);
    jest.spyOn(console, 'error').mockImplementation(() => {});
    for (const step of ['writeSync', 'renameSync'] as const) {
      const failing = jest.spyOn(fs, step).mockImplementation(() => {
        throw new Error('ENOSPC: no space left on device');
      });
      const headers = { 'content-type': 'application/json' };
      const response = await fetch(`${endpoint.url}/collections/other`, { method: 'PUT', headers, body: '{}' });
      failing.mockRestore();
      expect([response.status, await response.text()]).toEqual([500, expect.stringContaining('ENOSPC')]);
      expect(readdirSync(join(data, 'collections'))).toHaveLength(1);
    }
    jest.restoreAllMocks();
    expect(await send('PUT', '/collections/other', {})).toBe(true);
  });

  it('is deleted with its collection, even when deleting was interrupted', async () => {
    await createCollection();
    await upsert([1]);
    expect(await send('DELETE', '/collections/c')).toBe(true);
    expect(readdirSync(join(data, 'collections'))).toEqual([]);
    await endpoint.stop();
    for (const folder of ['half.deleted', 'never-finished']) {
      mkdirSync(join(data, 'collections', folder));
      writeFileSync(join(data, 'collections', folder, 'points.log'), 'left over');
    }
    endpoint = await startVectorEndpoint({ port: 0, dataDirectory: data });
    expect(await send('GET', '/collections')).toEqual({ collections: [] });
    expect(readdirSync(join(data, 'collections'))).toEqual([]);
  });

  it('is used by one endpoint at a time', async () => {
    await expect(startVectorEndpoint({ port: 0, dataDirectory: data })).rejects.toThrow(
      `the vector data in ${data} is in use by process ${process.pid}; stop it first`,
    );
  });

  it('is taken over from a process that died', async () => {
    await endpoint.stop();
    // No process has this id: the limit of Linux is 2^22, and those of others are far below 2^31 - 1.
    writeFileSync(join(data, 'lock.json'), JSON.stringify({ processId: 2 ** 31 - 1 }));
    endpoint = await startVectorEndpoint({ port: 0, dataDirectory: data });
    expect(await send('GET', '/collections')).toEqual({ collections: [] });
  });
});
