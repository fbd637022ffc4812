import type { Lakehouse } from '../lakehouse/lakehouse';
import { planHeaderFile, planShardFile } from '../lakehouse/paths';
import type { RunKey } from '../runs/runKey';
import type { SplitRange } from './splitFile';
import { RANGES_PER_SHARD, type PlanHeader, type PlannedFile, type PlanShard, type PlanSummary } from './plan';

/** Writes a plan shard by shard, so that only one is in memory. The header, written last, makes it a plan. */
export class PlanWriter {
  private shard: PlanShard = { files: [], ranges: [] };
  private shards = 0;
  private ranges = 0;

  constructor(
    private readonly lakehouse: Lakehouse,
    private readonly key: RunKey,
  ) {}

  async add({ path, etag, columns, staged }: PlannedFile, range: SplitRange): Promise<void> {
    const { files, ranges } = this.shard;
    if (files.at(-1)?.path !== path) files.push({ path, etag, columns, ...(staged === undefined ? {} : { staged }) });
    ranges.push({ file: files.length - 1, ...range });
    this.ranges += 1;
    if (ranges.length === RANGES_PER_SHARD) await this.writeShard();
  }

  async finish(run: Omit<PlanHeader, 'ranges'>): Promise<PlanSummary> {
    if (this.shard.ranges.length > 0) await this.writeShard();
    const { store, containers } = this.lakehouse;
    const header: PlanHeader = { ...run, ranges: this.ranges };
    await store.write(containers.staging, planHeaderFile(this.key), JSON.stringify(header));
    const { ranges, files, bytes, records } = header;
    return { ranges, files, bytes, records };
  }

  private async writeShard(): Promise<void> {
    const { store, containers } = this.lakehouse;
    await store.write(containers.staging, planShardFile(this.key, this.shards), JSON.stringify(this.shard));
    this.shards += 1;
    this.shard = { files: [], ranges: [] };
  }
}
