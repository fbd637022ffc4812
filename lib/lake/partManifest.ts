import { PipelineError } from '../errors';
import type { RunKey } from '../runs/runKey';
import type { PlanHeader } from '../transform/plan';
import type { AddFile } from './deltaActions';
import type { Lakehouse } from './lakehouse';
import { manifestFile, manifestPrefix, planHeaderFile } from './paths';
import type { ObjectStore } from './objectStore';

/** What one transformed range left behind; the gate judges and the commit publishes by it. In staging. */
export interface PartManifest {
  part: number;
  /** Rows in the part. */
  rows: number;
  /** Records set aside. */
  rejected: number;
  /** Bytes of the Parquet file; 0 without one. */
  bytes: number;
  /** Null when every record was rejected: then there is no file. */
  add: AddFile | null;
  /** In staging: the part's key columns, for the search for duplicates across parts. */
  keys: string | null;
}

const PARALLEL_READS = 16;

export async function writeManifest(lakehouse: Lakehouse, key: RunKey, manifest: PartManifest): Promise<void> {
  await lakehouse.store.write(lakehouse.containers.staging, manifestFile(key, manifest.part), JSON.stringify(manifest));
}

/** The run's plan and all its manifests. A part that is not there (yet): LAKE_PART_MISSING. */
export async function readManifests(
  lakehouse: Lakehouse,
  key: RunKey,
): Promise<{ plan: PlanHeader; manifests: PartManifest[] }> {
  const { store, containers } = lakehouse;
  const plan = await readJson<PlanHeader>(store, containers.staging, planHeaderFile(key));
  const paths: string[] = [];
  for await (const { path } of store.list(containers.staging, manifestPrefix(key))) paths.push(path);
  if (paths.length !== plan.ranges) {
    throw new PipelineError('LAKE_PART_MISSING', 'Not every range of the run has been transformed.', {
      found: `${paths.length} parts`,
      expected: `${plan.ranges} parts`,
      where: { file: `${containers.staging}/${manifestPrefix(key)}` },
      remedy: 'Start a new run of this dataset and date.',
    });
  }
  const manifests: PartManifest[] = [];
  for (let start = 0; start < paths.length; start += PARALLEL_READS) {
    const batch = paths.slice(start, start + PARALLEL_READS);
    manifests.push(
      ...(await Promise.all(batch.map((path) => readJson<PartManifest>(store, containers.staging, path)))),
    );
  }
  return { plan, manifests: manifests.sort((a, b) => a.part - b.part) };
}

/** Reads an object that the pipeline wrote itself. Absent: RUN_STAGING_GONE, with what to do. */
export async function readJson<T>(store: ObjectStore, container: string, path: string): Promise<T> {
  try {
    return JSON.parse((await store.read(container, path)).toString('utf8')) as T;
  } catch (cause) {
    if (!(cause instanceof PipelineError && cause.code === 'LAKE_OBJECT_NOT_FOUND')) throw cause;
    throw new PipelineError('RUN_STAGING_GONE', 'The run was discarded, or was never planned.', {
      where: { file: `${container}/${path}` },
      expected: 'what an earlier step of the same run wrote',
      remedy: 'Start a new run of this dataset and date.',
      cause,
    });
  }
}
