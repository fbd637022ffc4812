import type { Lakehouse } from '../lakehouse/lakehouse';
import { planHeaderFile, planShardFile } from '../lakehouse/paths';
import type { RunKey } from '../runs/runKey';
import { readJson } from '../staging/readJson';
import { shardsOf, type Shards } from '../staging/shards';
import type { PlanHeader, PlannedRange } from './plan';

type Staging = Pick<Lakehouse, 'store' | 'containers'>;

/** Reads the head of the plan. Error: RUN_STAGING_GONE when the run is not planned, or was discarded. */
export function readPlan({ store, containers }: Staging, key: RunKey): Promise<PlanHeader> {
  return readJson<PlanHeader>(store, containers.staging, planHeaderFile(key));
}

/** The plan's ranges, in the order of the files and their records. */
export function plannedRanges(lakehouse: Staging, key: RunKey): Shards<PlannedRange> {
  return shardsOf(lakehouse, (shard) => planShardFile(key, shard));
}
