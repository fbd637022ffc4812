import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { BlobServiceClient } from '@azure/storage-blob';
import { createAzureStorage } from '../../../lib/storage/azureStorage';
import { commitRun } from '../../../lib/ingest/commitRun';
import { readSnapshot } from '../../../lib/delta/deltaLog';
import { evaluateRun } from '../../../lib/quality/evaluateRun';
import { day, HEADER, ingestIds } from './deltaTables';
import { addContract, errorOf, ingest, stageRun, startLake, type TestLake } from '../../support/lake';

let lake: TestLake;
beforeAll(async () => {
  lake = await startLake();
});
afterAll(() => lake.stop());

const LOST = ['processed', 'quarantine', 'staging'] as const;

async function deleteContainers(): Promise<void> {
  const service = BlobServiceClient.fromConnectionString(lake.connectionString);
  for (const role of LOST) await service.deleteContainer(lake.containers[role]);
}

/** Like the first step of a run: returns for each container whether it was created now. */
const ensureContainers = () =>
  Promise.all(Object.values<string>({ ...lake.containers }).map((container) => lake.store.ensureContainer(container)));

describe('a table whose containers were deleted', () => {
  it('is rebuilt from raw by a run, which reports the containers it created', async () => {
    await addContract(lake, { dataset: 'phoenix' });
    for (let n = 1; n <= 11; n += 1) await ingestIds(lake, 'phoenix', day(n), `run-${n}`, [`a-${n}`]);
    const before = await lake.documents('phoenix', day(1));
    expect((await readSnapshot(lake, 'phoenix'))?.version).toBe(10);

    await deleteContainers();
    expect(await readSnapshot(lake, 'phoenix')).toBeUndefined();
    expect(await lake.documents('phoenix', day(1))).toEqual([]);
    expect(await errorOf(ingest(lake, { dataset: 'phoenix', date: day(1), runId: 'run-20' }))).toMatchObject({
      code: 'LAKE_CONTAINER_NOT_FOUND',
    });

    expect(await ensureContainers()).toEqual([false, true, true, true]);
    expect(await ensureContainers()).toEqual([false, false, false, false]);
    expect(await ingest(lake, { dataset: 'phoenix', date: day(1), runId: 'run-21' })).toMatchObject({
      version: 0,
      rows: 1,
    });
    expect(await lake.documents('phoenix', day(1))).toEqual(before);
    await ingest(lake, { dataset: 'phoenix', date: day(2), runId: 'run-22' });
    // The checkpoint of the deleted table is not used for the new one.
    expect((await readSnapshot(lake, 'phoenix'))?.files.size).toBe(2);
  });

  it('is not built from deleted parts: a run that had already started is refused', async () => {
    await addContract(lake, { dataset: 'caught' });
    const key = { dataset: 'caught', date: day(1), runId: 'run-1' };
    await lake.drop('caught', day(1), 'a.csv', `${HEADER}a-1,T,1,,x\n`);
    await stageRun(lake, key);
    await deleteContainers();
    await ensureContainers();
    for (const step of [evaluateRun, commitRun]) {
      expect(await errorOf(step(lake, key))).toMatchObject({ code: 'RUN_STAGING_GONE', retryable: false });
    }
    expect(await readSnapshot(lake, 'caught')).toBeUndefined();
    expect(await ingest(lake, { ...key, runId: 'run-2' })).toMatchObject({ version: 0, rows: 1 });
  });
});

describe('a container that is still being deleted', () => {
  // Azure answers like this for about half a minute after a deletion. Azurite frees the name at once, so a server plays the answer.
  let server: Server;
  beforeAll(async () => {
    server = createServer((_, response) => {
      const headers = { 'x-ms-error-code': 'ContainerBeingDeleted', 'content-type': 'application/xml' };
      response.writeHead(409, headers);
      response.end(
        '<?xml version="1.0" encoding="utf-8"?><Error><Code>ContainerBeingDeleted</Code>' +
          '<Message>The specified container is being deleted. Try operation later.</Message></Error>',
      );
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  it('gives a retryable problem', async () => {
    const { port } = server.address() as AddressInfo;
    const endpoint = `BlobEndpoint=http://127.0.0.1:${port}/devstoreaccount1;`;
    const store = createAzureStorage({
      connectionString: lake.connectionString.replace(/BlobEndpoint=[^;]+;?/, endpoint),
    });
    const error = { code: 'LAKE_CONTAINER_BEING_DELETED', retryable: true };
    expect(await errorOf(store.ensureContainer(lake.containers.staging))).toMatchObject(error);
    expect(await errorOf(store.write(lake.containers.staging, 'plan.json', '{}'))).toMatchObject(error);
  });
});
