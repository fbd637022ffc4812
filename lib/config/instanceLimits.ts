import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import type { Problem } from '../problems/problem';
import type { SettingValues } from './settings';
import { fromAppFolder } from './values';

/** Of the host, the worker and what the app itself keeps (a local model, connections), in MB. */
const MEMORY_OF_THE_APP = 500;

/**
 * Disk that the transform of a range needs, in lengths of the range: the range, its records rewritten, the Parquet file, and
 * that file again without repeated keys.
 */
const DISK_OF_A_RANGE = 4;

type Limits = Pick<
  SettingValues,
  | 'INSTANCE_MEMORY_MEGABYTES'
  | 'TEMPORARY_DISK_MEGABYTES'
  | 'DUCKDB_MEMORY_MEGABYTES'
  | 'DUCKDB_SPILL_MEGABYTES'
  | 'RANGE_MEGABYTES'
  | 'BLOCK_CACHE_MEGABYTES'
>;

/** Faults of settings with which all activities of an instance together could need more than it has. */
export function instanceFaults(settings: Limits, activities: number): Problem[] {
  const faults: Problem[] = [];
  const { INSTANCE_MEMORY_MEGABYTES: memory, TEMPORARY_DISK_MEGABYTES: disk } = settings;
  const { DUCKDB_MEMORY_MEGABYTES: ofEngine, DUCKDB_SPILL_MEGABYTES: spill, RANGE_MEGABYTES: range } = settings;
  const neededMemory = activities * ofEngine + MEMORY_OF_THE_APP;
  if (memory !== undefined && neededMemory > memory) {
    faults.push({
      code: 'SETTING_CONFLICT',
      message: 'DUCKDB_MEMORY_MEGABYTES is more than the memory of an instance allows',
      found: `${neededMemory} MB: ${activities} activities at once with ${ofEngine} MB each, and ${MEMORY_OF_THE_APP} MB of the app`,
      expected: `at most INSTANCE_MEMORY_MEGABYTES, ${memory} MB; fewer activities at once are maxConcurrentActivityFunctions in host.json`,
      where: { setting: 'DUCKDB_MEMORY_MEGABYTES' },
    });
  }
  const cache = settings.BLOCK_CACHE_MEGABYTES;
  const ofActivity = DISK_OF_A_RANGE * range + (spill ?? 0);
  const neededDisk = activities * ofActivity + cache;
  if (disk !== undefined && spill === undefined) {
    faults.push({
      code: 'SETTING_CONFLICT',
      message: 'TEMPORARY_DISK_MEGABYTES is set, and nothing limits what DuckDB writes there',
      expected: 'a number of MB',
      where: { setting: 'DUCKDB_SPILL_MEGABYTES' },
    });
  } else if (disk !== undefined && neededDisk > disk) {
    faults.push({
      code: 'SETTING_CONFLICT',
      message: 'RANGE_MEGABYTES and DUCKDB_SPILL_MEGABYTES are more than the temporary disk of an instance allows',
      found: `${neededDisk} MB: ${activities} activities at once with ${DISK_OF_A_RANGE} times ${range} MB and ${spill} MB each, and ${cache} MB of BLOCK_CACHE_MEGABYTES`,
      expected: `at most TEMPORARY_DISK_MEGABYTES, ${disk} MB; fewer activities at once are maxConcurrentActivityFunctions in host.json`,
      where: { setting: 'RANGE_MEGABYTES' },
    });
  }
  return faults;
}

const OVERRIDE = 'AzureFunctionsJobHost__extensions__durableTask__maxConcurrentActivityFunctions';
/** Of the extension, for each processor. */
const DEFAULT_FOR_A_PROCESSOR = 10;

/** Activities that one instance runs at once: by an app setting that overrides host.json, by host.json, or by default. */
export function activitiesAtOnce(environment: Record<string, string | undefined>): number {
  const overridden = Number(environment[OVERRIDE]);
  if (overridden > 0) return overridden;
  return ofHostFile(fromAppFolder('host.json')) ?? DEFAULT_FOR_A_PROCESSOR * availableParallelism();
}

function ofHostFile(file: string): number | undefined {
  if (!existsSync(file)) return undefined;
  const host = JSON.parse(readFileSync(file, 'utf8')) as {
    extensions?: { durableTask?: { maxConcurrentActivityFunctions?: number } };
  };
  return host.extensions?.durableTask?.maxConcurrentActivityFunctions;
}
