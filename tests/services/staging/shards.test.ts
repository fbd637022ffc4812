import { ITEMS_PER_SHARD, shardsOf } from '../../../lib/staging/shards';
import { createAzureStorage } from '../../../lib/storage/azureStorage';
import { testStorage, uniqueName } from '../../support/servers';

const containers = { raw: '', processed: '', quarantine: '', staging: uniqueName('shards') };
const store = createAzureStorage({ connectionString: testStorage() });
beforeAll(() => store.ensureContainer(containers.staging));

const numbers = (count: number) => Array.from({ length: count }, (_unused, index) => ({ n: index }));

async function write(name: string, count: number) {
  const shards = shardsOf<{ n: number }>({ store, containers }, (shard) => `${name}/${shard}.json`);
  const writer = shards.writer();
  for (const item of numbers(count)) await writer.add(item);
  return { shards, count: await writer.finish() };
}

async function objects(name: string): Promise<number> {
  let found = 0;
  for await (const _ of store.list(containers.staging, `${name}/`)) found += 1;
  return found;
}

it.each([
  [0, 0],
  [1, 1],
  [ITEMS_PER_SHARD, 1],
  [ITEMS_PER_SHARD + 1, 2],
  [2 * ITEMS_PER_SHARD, 2],
])('a list of %i items is %i objects, read item by item and in order', async (count, expected) => {
  const name = `list-${count}`;
  const { shards, count: written } = await write(name, count);
  expect({ written, objects: await objects(name) }).toEqual({ written: count, objects: expected });
  const read: object[] = [];
  for await (const page of shards.pages(count)) {
    expect(page.length).toBeLessThanOrEqual(ITEMS_PER_SHARD);
    read.push(...page);
  }
  expect(read).toEqual(numbers(count));
  for (const number of [0, ITEMS_PER_SHARD - 1, ITEMS_PER_SHARD, count - 1]) {
    if (number >= 0 && number < count) expect(await shards.read(number)).toEqual({ n: number });
  }
});

it('an item past the end is undefined, and a missing shard means that the run was discarded', async () => {
  const { shards } = await write('short', 3);
  expect(await shards.read(3)).toBeUndefined();
  await expect(shards.read(ITEMS_PER_SHARD)).rejects.toMatchObject({ code: 'RUN_STAGING_GONE' });
});
