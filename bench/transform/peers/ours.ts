import { linkSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { transformRange } from '../../../lib/transform/transformRange';
import { inLanes, localLakehouse, readJob, RUN, report, timed } from '../job';
import { planInLanes } from '../planInLanes';

async function main(): Promise<void> {
  const job = readJob();
  const lakehouse = localLakehouse(job.output, job.dataset, job.ranges);
  const key = { ...RUN, dataset: job.dataset.name };
  const folder = path.join(job.output, 'raw', key.dataset, key.date);
  mkdirSync(folder, { recursive: true });
  linkSync(job.file, path.join(folder, 'input.csv'));
  let ranges = 0;
  const split = await timed(async () => (ranges = await planInLanes(lakehouse, key)));
  const work = await timed(() => inLanes(ranges, (part) => transformRange(lakehouse, key, part)));
  report({
    seconds: split.seconds + work.seconds,
    cpuSeconds: work.cpuSeconds,
    splitSeconds: split.seconds,
  });
}

void main();
