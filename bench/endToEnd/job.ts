import { createAzureStorage } from '../../lib/storage/azureStorage';
import type { Lakehouse } from '../../lib/lakehouse/lakehouse';
import { createBlockCache } from '../../lib/storage/blockCache';
import type { RunKey } from '../../lib/runs/runKey';
import { localLakehouse, RUN, type Job } from '../transform/job';

/** A job whose file also lies in a storage account, under raw/<dataset>/<date>/input.csv. */
export interface StoredJob extends Job {
  connectionString: string;
  /** Different for each round, so that rounds write under different names. */
  runId: string;
  /** Local Parquet files of all ranges, which are uploaded when only the transfer is measured. */
  parts: string[];
}

export const CONTAINERS = ['raw', 'processed', 'quarantine', 'staging'];

/** `cacheInBytes`: size of the cache in which scans keep blocks for the transforms. */
export function storedLakehouse(job: StoredJob, cacheInBytes = 0): { lakehouse: Lakehouse; key: RunKey; file: string } {
  const store = createAzureStorage({ connectionString: job.connectionString });
  const local = localLakehouse(job.output, job.dataset, []);
  const { temporaryDirectory } = local;
  const key = { ...RUN, dataset: job.dataset.name, runId: job.runId };
  return {
    lakehouse: { ...local, store, blocks: createBlockCache({ limitInBytes: cacheInBytes, temporaryDirectory }) },
    key,
    file: `${key.dataset}/${key.date}/input.csv`,
  };
}
