import type { Lakehouse } from '../lakehouse/lakehouse';
import { planHeaderFile } from '../lakehouse/paths';
import type { RunKey } from '../runs/runKey';
import type { ShardWriter } from '../staging/shards';
import type { PlanHeader, PlannedFile, PlannedRange, PlanSummary } from './plan';
import { plannedRanges } from './readPlan';
import type { SplitRange } from './splitFile';

/** Writes a plan. Memory: one shard. The header is written last and makes the plan valid. */
export class PlanWriter {
  private readonly ranges: ShardWriter<PlannedRange>;

  constructor(
    private readonly lakehouse: Lakehouse,
    private readonly key: RunKey,
  ) {
    this.ranges = plannedRanges(lakehouse, key).writer();
  }

  async add({ path, etag, columns, staged }: PlannedFile, range: SplitRange): Promise<void> {
    await this.ranges.add({ file: { path, etag, columns, ...(staged === undefined ? {} : { staged }) }, ...range });
  }

  async finish(run: Omit<PlanHeader, 'ranges'>): Promise<PlanSummary> {
    const { store, containers } = this.lakehouse;
    const header: PlanHeader = { ...run, ranges: await this.ranges.finish() };
    await store.write(containers.staging, planHeaderFile(this.key), JSON.stringify(header));
    const { ranges, files, bytes, records } = header;
    return { ranges, files, bytes, records };
  }
}
