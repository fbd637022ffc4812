import { tmpdir } from 'node:os';
import { createContractEngine } from '../../../lib/quality/analyseQueries';
import { contractContainer } from '../../../lib/lakehouse/contractContainer';
import type { ContractCatalog } from '../../../lib/contract/contractCatalog';
import { createEngines } from '../../../lib/duckdb/engines';
import { createAzureStorage } from '../../../lib/storage/azureStorage';
import { countingStore, type CountingStore } from '../../support/countingStore';
import { contractText, errorOf } from '../../support/lake';
import { testStorage, uniqueName } from '../../support/servers';

const engines = createEngines({ memoryLimitInMegabytes: 256 });
afterAll(() => engines.close());

const store = createAzureStorage({ connectionString: testStorage() });
let container: string;
let counting: CountingStore;
let contracts: ContractCatalog;
beforeEach(async () => {
  container = uniqueName('contracts');
  await store.ensureContainer(container);
  counting = countingStore(store, '.yaml');
  contracts = contractContainer(counting, container, createContractEngine(engines, tmpdir()));
});

const put = (dataset: string, file = `${dataset}.yaml`): Promise<void> =>
  store.write(container, file, contractText({ dataset }));

it('reads contracts from a container of the lake', async () => {
  await put('orders');
  await put('notes');
  await store.write(container, 'README.md', 'no contract');
  await put('nested', 'folder/nested.yaml');
  expect(await contracts.names()).toEqual(['notes', 'orders']);
  expect((await contracts.get('orders')).dataset).toBe('orders');
  expect(await errorOf(contracts.get('nested'))).toMatchObject({ code: 'DATASET_UNKNOWN', expected: 'notes, orders' });
});

it('finds a new dataset and a changed contract at once, and reads an unchanged text once', async () => {
  await put('orders');
  const first = await contracts.get('orders');
  await contracts.get('orders');
  expect(counting.taken().paths).toEqual(['orders.yaml']);
  await store.write(container, 'orders.yaml', `${contractText({ dataset: 'orders' })}\n# changed\n`);
  expect((await contracts.get('orders')).origin?.hash).not.toBe(first.origin?.hash);
  await put('notes');
  expect((await contracts.get('notes')).dataset).toBe('notes');
});

it('says what is wrong with a contract, and that an empty container has none', async () => {
  expect(await errorOf(contracts.get('orders'))).toMatchObject({ code: 'DATASET_UNKNOWN', status: 404 });
  await store.write(container, 'orders.yaml', 'kind: [');
  expect(await errorOf(contracts.get('orders'))).toMatchObject({ code: 'CONTRACT_INVALID' });
});
