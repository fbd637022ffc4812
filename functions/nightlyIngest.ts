import * as df from 'durable-functions';
import type { ContractCatalog } from '../lib/contract/contractCatalog';
import { rawFolder } from '../lib/lakehouse/paths';
import { instanceIdOf } from '../lib/runs/runKey';
import { INGEST, type IngestInput } from '../orchestrators/ingest';
import { instanceState, isUnderWay } from './http/runInstances';
import { theApp } from './theApp';

const DAY_IN_MILLISECONDS = 86_400_000;

/** Every night: for each dataset with files for the day that has ended (UTC), or with a SQL source, its ingest. */
df.app.client.timer('nightlyIngest', {
  schedule: '%INGEST_SCHEDULE%',
  handler: async (_timer, client, context) => {
    const date = new Date(Date.now() - DAY_IN_MILLISECONDS).toISOString().slice(0, 10);
    const { contracts, lakehouse, config } = theApp();
    for (const dataset of await contracts.names()) {
      const files = lakehouse.store.list(config.lake.containers.raw, rawFolder(dataset, date));
      const first = await files[Symbol.asyncIterator]().next();
      const id = instanceIdOf(dataset, date);
      if (first.done && !(await isExtracted(contracts, dataset))) {
        context.log(`${dataset}: no files for ${date}`);
      } else if (isUnderWay(await instanceState(client, id))) {
        context.log(`${dataset}: the ingest of ${date} is under way`);
      } else {
        const input: IngestInput = { dataset, date };
        await client.startNew(INGEST, { instanceId: id, input });
        context.log(`${dataset}: started ${id}`);
      }
    }
  },
});

/** A faulty contract is no reason to start: whoever starts the dataset by hand is told its faults. */
async function isExtracted(contracts: ContractCatalog, dataset: string): Promise<boolean> {
  try {
    return (await contracts.get(dataset)).source.sqlSource !== undefined;
  } catch {
    return false;
  }
}
