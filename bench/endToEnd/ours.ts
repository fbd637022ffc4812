import { rangeOfPart } from '../../lib/transform/plan';
import { transformRange } from '../../lib/transform/transformRange';
import { inLanes, readJob, tell, timed } from '../transform/job';
import { planInLanes } from '../transform/planInLanes';
import { storedLakehouse, type StoredJob } from './job';

async function main(): Promise<void> {
  const { lakehouse, key } = storedLakehouse(readJob() as StoredJob);
  let ranges = 0;
  const split = await timed(async () => (ranges = await planInLanes(lakehouse, key)));
  const work = await timed(() => inLanes(ranges, (part) => transformRange(lakehouse, key, rangeOfPart(part))));
  tell({
    seconds: split.seconds + work.seconds,
    cpuSeconds: work.cpuSeconds,
    splitSeconds: split.seconds,
  });
}

void main();
