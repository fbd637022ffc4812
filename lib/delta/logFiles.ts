import { PipelineError } from '../problems/problem';
import type { ObjectStore } from '../storage/objectStore';
import { logEntryVersion, logFolder } from '../lakehouse/paths';

/** The files in the folder of a table's log. */
export interface LogFiles {
  /** Path of each log entry, by version. */
  entries: Map<number, string>;
  /** Complete checkpoints, newest first. */
  checkpoints: CheckpointFiles[];
  /** Version of the newest entry or checkpoint; -1 when there is no table. */
  newest: number;
}

export interface CheckpointFiles {
  version: number;
  /** One file, or all the parts into which another writer split it, in order. */
  parts: { path: string; etag: string }[];
}

/**
 * The newest checkpoint is found by listing: `_last_checkpoint` may be missing, stale or broken, and the entries have to
 * be listed anyway.
 */
export async function listLog(store: ObjectStore, container: string, dataset: string): Promise<LogFiles> {
  const entries = new Map<number, string>();
  const whole: CheckpointFiles[] = [];
  const inParts = new Map<string, CheckpointFiles & { expected: number }>();
  for await (const { path, etag } of store.list(container, logFolder(dataset))) {
    const version = logEntryVersion(path);
    if (version !== undefined) entries.set(version, path);
    const [, of, part, expected] = /\/(\d{20})\.checkpoint(?:\.(\d{10})\.(\d{10}))?\.parquet$/.exec(path) ?? [];
    if (of === undefined) continue;
    if (part === undefined || expected === undefined) {
      whole.push({ version: Number(of), parts: [{ path, etag }] });
      continue;
    }
    const set = inParts.get(`${of}.${expected}`) ?? { version: Number(of), parts: [], expected: Number(expected) };
    set.parts.push({ path, etag });
    inParts.set(`${of}.${expected}`, set);
  }
  const complete = [...inParts.values()].filter(({ parts, expected }) => parts.length === expected);
  const checkpoints = [...whole, ...complete]
    .map(({ version, parts }) => ({ version, parts }))
    .sort((a, b) => b.version - a.version);
  const newest = [...entries.keys()].reduce((a, b) => Math.max(a, b), checkpoints[0]?.version ?? -1);
  return { entries, checkpoints, newest };
}

/** The versions from `first` to `last`, each of which must have its entry. Error: LAKE_LOG_INCOMPLETE. */
export function requireEntries(files: LogFiles, dataset: string, first: number, last: number): number[] {
  const versions: number[] = [];
  for (let version = first; version <= last; version += 1) {
    if (!files.entries.has(version)) {
      const next = [...files.entries.keys()].filter((other) => other > version).sort((a, b) => a - b)[0];
      throw new PipelineError('LAKE_LOG_INCOMPLETE', 'The log of the table has a gap.', {
        found: next === undefined ? `nothing after version ${version - 1}` : `version ${next}`,
        expected: `version ${version}`,
        where: { file: logFolder(dataset) },
        remedy: 'Restore the missing log entry from a backup, or remove the table and ingest its dates again.',
      });
    }
    versions.push(version);
  }
  return versions;
}
