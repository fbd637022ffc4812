import { mkdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { inLanes, readJob, report, timed } from '../transform/job';
import { storedLakehouse, type StoredJob } from './job';

// The time of the storage alone: downloads each range and uploads its Parquet file, without a transform.

async function main(): Promise<void> {
  const job = readJob() as StoredJob;
  const { lakehouse, key, file } = storedLakehouse(job);
  const { store, containers, temporaryDirectory } = lakehouse;
  mkdirSync(temporaryDirectory, { recursive: true });
  report(
    await timed(() =>
      inLanes(job.ranges.length, async (part) => {
        const range = job.ranges[part];
        const upload = job.parts[part];
        if (range === undefined || upload === undefined) return;
        const local = path.join(temporaryDirectory, `range-${part}.csv`);
        await store.download(containers.raw, file, local, { offset: range.offset, length: range.length });
        await store.upload(containers.processed, `${key.runId}/part-${part}.parquet`, upload);
        await rm(local);
      }),
    ),
  );
}

void main();
