import { mapAll } from '../concurrency/mapInOrder';
import { PipelineError } from '../problems/problem';
import type { RunKey } from '../runs/runKey';
import type { AddFile } from '../delta/deltaActions';
import type { Lakehouse } from '../lakehouse/lakehouse';
import { manifestFile, manifestPrefix } from '../lakehouse/paths';
import { readJson } from './readJson';

/** The result of one transformed range, in staging. The gate and the commit read it. */
export interface PartManifest {
  part: number;
  /** Rows in the part. */
  rows: number;
  /** Rejected records. */
  rejected: number;
  /** Records dropped because another record of the part has the same key. Absent: 0. */
  dropped?: number;
  /** Rows that were then dropped because a row of another part has the same key. Absent: that was not done (yet). */
  droppedOverParts?: number;
  /** Bytes of the Parquet file; 0 without one. */
  bytes: number;
  /** Nulls in each column of the rows. Absent when an earlier version of the app wrote the manifest. */
  nullCount?: Record<string, number>;
  /** Null when every record was rejected: then there is no Parquet file. */
  add: AddFile | null;
  /** In staging: the part's key columns, for the search for duplicates across parts. */
  keys: string | null;
}

const PARALLEL_READS = 16;

export async function writeManifest(lakehouse: Lakehouse, key: RunKey, manifest: PartManifest): Promise<void> {
  await lakehouse.store.write(lakehouse.containers.staging, manifestFile(key, manifest.part), JSON.stringify(manifest));
}

/** All manifests of a run that has `count` ranges, in order. Error: LAKE_PART_MISSING when one does not exist (yet). */
export async function readManifests(lakehouse: Lakehouse, key: RunKey, count: number): Promise<PartManifest[]> {
  const { store, containers } = lakehouse;
  const paths: string[] = [];
  for await (const { path } of store.list(containers.staging, manifestPrefix(key))) paths.push(path);
  if (paths.length !== count) {
    throw new PipelineError('LAKE_PART_MISSING', 'Not every range of the run has been transformed.', {
      found: `${paths.length} parts`,
      expected: `${count} parts`,
      where: { file: `${containers.staging}/${manifestPrefix(key)}` },
      remedy: 'Start a new run of this dataset and date.',
    });
  }
  const manifests = await mapAll(paths, PARALLEL_READS, (path) =>
    readJson<PartManifest>(store, containers.staging, path),
  );
  return manifests.sort((a, b) => a.part - b.part);
}

/** The manifest of one part. Error: RUN_STAGING_GONE when it does not exist. */
export function readManifest({ store, containers }: Lakehouse, key: RunKey, part: number): Promise<PartManifest> {
  return readJson<PartManifest>(store, containers.staging, manifestFile(key, part));
}

export function droppedRecords({ dropped = 0, droppedOverParts = 0 }: PartManifest): number {
  return dropped + droppedOverParts;
}
