import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { BlobClient } from '@azure/storage-blob';
import { startDistantHttp, type DistantHttp } from '../../../bench/hybrid/distantHttp';
import { createAzureStorage } from '../../../lib/storage/azureStorage';
import type { ObjectStore } from '../../../lib/storage/objectStore';
import { errorOf, startLake, type TestLake } from '../../support/lake';

// Through a network that answers late and cuts one of ten answers at any byte. Its speed is measured by bench:hybrid.
let lake: TestLake;
let network: DistantHttp;
let distant: ObjectStore;
beforeAll(async () => {
  lake = await startLake();
  const endpoint = new URL(/BlobEndpoint=([^;]*)/.exec(lake.connectionString)?.[1] ?? '');
  network = await startDistantHttp({ port: Number(endpoint.port), latencyInMilliseconds: 20, cutShare: 0.1 });
  distant = createAzureStorage({
    connectionString: lake.connectionString.replaceAll(`:${endpoint.port}/`, `:${network.port}/`),
    retryDelayInMilliseconds: 5,
  });
});
afterAll(async () => {
  await network.stop();
  await lake.stop();
});

it.each([1, 1000, 8 * 1024 * 1024, 8 * 1024 * 1024 + 1, 40 * 1024 * 1024])(
  'an object of %i bytes arrives whole, however it is read',
  async (length) => {
    const bytes = randomBytes(length);
    const name = `far-${length}`;
    const file = path.join(lake.contractsFolder, name);
    await lake.store.write(lake.containers.raw, name, bytes);
    const cutsBefore = network.counts.cuts;
    for (let time = 0; time < 5; time += 1) {
      expect((await distant.read(lake.containers.raw, name)).equals(bytes)).toBe(true);
      const chunks: Buffer[] = [];
      for await (const chunk of distant.stream(lake.containers.raw, name, { offset: 0, length })) chunks.push(chunk);
      expect(Buffer.concat(chunks).equals(bytes)).toBe(true);
      await distant.download(lake.containers.raw, name, file);
      expect((await readFile(file)).equals(bytes)).toBe(true);
      const range = { offset: length >> 2, length: length >> 1 };
      await distant.download(lake.containers.raw, name, file, range);
      expect((await readFile(file)).equals(bytes.subarray(range.offset, range.offset + range.length))).toBe(true);
    }
    expect(network.counts.cuts).toBeGreaterThan(cutsBefore);
  },
);

it('an object that is replaced while it is downloaded is not mixed: the download fails, and may be repeated', async () => {
  const bytes = randomBytes(20 * 1024 * 1024);
  const file = path.join(lake.contractsFolder, 'replaced');
  await lake.store.write(lake.containers.raw, 'replaced', bytes);
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called with the client as `this` below
  const download = BlobClient.prototype.download;
  const replacing = jest.spyOn(BlobClient.prototype, 'download').mockImplementation(async function (
    this: BlobClient,
    ...range: Parameters<typeof download>
  ) {
    // The first part has been answered.
    if (range[0] !== 0) await lake.store.write(lake.containers.raw, 'replaced', bytes);
    return download.apply(this, range);
  });
  try {
    expect(await errorOf(lake.store.download(lake.containers.raw, 'replaced', file))).toMatchObject({
      code: 'LAKE_STORAGE_UNAVAILABLE',
      retryable: true,
    });
  } finally {
    replacing.mockRestore();
  }
  await lake.store.download(lake.containers.raw, 'replaced', file);
  expect((await readFile(file)).equals(bytes)).toBe(true);
});
