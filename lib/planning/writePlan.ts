import type { Lakehouse } from '../lakehouse/lakehouse';
import { planHeaderFile } from '../lakehouse/paths';
import type { RunKey } from '../runs/runKey';
import { contractOfRun } from '../staging/runContract';
import type { ShardWriter } from '../staging/shards';
import type { PlanHeader, PlannedFile, PlannedRange, PlanSummary } from './plan';
import { plannedRanges } from './readPlan';
import type { SplitRange } from './splitFile';

/** Writes a plan. Memory: one shard. The header is written last and makes the plan valid. */
export class PlanWriter {
  private readonly ranges: ShardWriter<PlannedRange>;
  private readonly presence: NonNullable<PlanHeader['presence']> = { files: 0, columns: {} };
  private lastPath: string | undefined;

  constructor(
    private readonly lakehouse: Lakehouse,
    private readonly key: RunKey,
  ) {
    this.ranges = plannedRanges(lakehouse, key).writer();
  }

  /** The ranges of a file come one after the other. */
  async add({ path, etag, columns, staged }: PlannedFile, range: SplitRange): Promise<void> {
    if (path !== this.lastPath) this.count(columns);
    this.lastPath = path;
    await this.ranges.add({ file: { path, etag, columns, ...(staged === undefined ? {} : { staged }) }, ...range });
  }

  /** The run's contract must be stored. */
  async finish(run: Omit<PlanHeader, 'ranges' | 'presence'>): Promise<PlanSummary> {
    const { store, containers } = this.lakehouse;
    const count = await this.ranges.finish();
    const { key } = await contractOfRun(this.lakehouse, this.key);
    const drops = key?.keep !== undefined && count > 1 ? { dropsRepeatedKeys: true as const } : {};
    const header: PlanHeader = { ...run, ranges: count, presence: this.presence, ...drops };
    await store.write(containers.staging, planHeaderFile(this.key), JSON.stringify(header));
    const { ranges, files, bytes, records } = header;
    return { ranges, files, bytes, records, ...drops };
  }

  private count(columns: readonly number[]): void {
    this.presence.files += 1;
    for (const column of columns) this.presence.columns[column] = (this.presence.columns[column] ?? 0) + 1;
  }
}
