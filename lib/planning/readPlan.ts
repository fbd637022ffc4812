import type { Lakehouse } from '../lakehouse/lakehouse';
import { planHeaderFile } from '../lakehouse/paths';
import type { RunKey } from '../runs/runKey';
import { readJson } from '../staging/readJson';
import type { PlanHeader } from './plan';

/** What holds for the whole run. Not planned, or discarded: RUN_STAGING_GONE. */
export function readPlan({ store, containers }: Lakehouse, key: RunKey): Promise<PlanHeader> {
  return readJson<PlanHeader>(store, containers.staging, planHeaderFile(key));
}
