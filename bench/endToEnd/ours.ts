import { transformRange } from '../../lib/transform/transformRange';
import { inLanes, readJob, report, timed } from '../transform/job';
import { planInLanes } from '../transform/planInLanes';
import { storedLakehouse, type StoredJob } from './job';

// Usage: ours.js <job> [megabytes of block cache]

async function main(): Promise<void> {
  const { lakehouse, key } = storedLakehouse(readJob() as StoredJob, Number(process.argv[3] ?? 0) * 1024 * 1024);
  let ranges = 0;
  const split = await timed(async () => (ranges = await planInLanes(lakehouse, key)));
  const work = await timed(() => inLanes(ranges, (task) => transformRange(lakehouse, key, task)));
  report({
    seconds: split.seconds + work.seconds,
    cpuSeconds: work.cpuSeconds,
    splitSeconds: split.seconds,
  });
}

void main();
