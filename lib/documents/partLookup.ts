import type { ColumnRoles } from '../contract/contract';
import { isPartOfRun } from '../lakehouse/paths';
import { PipelineError } from '../problems/problem';
import type { RunKey } from '../runs/runKey';
import type { CommittedPart, LakeReader } from './document';

/** Runs whose part lists are cached: a process works on a few at a time. */
const MOST_RUNS = 4;

/**
 * Finds a part of the partition that a run has committed, by number, with the roles of the run's own contract. The parts of
 * a committed run do not change, so each process reads their list from the table's log once, and not once for each part.
 * A list that is older than the commit, or one after another commit, has parts of other runs: LAKE_PART_NOT_FOUND, retryable.
 */
export function createPartLookup(
  lake: Pick<LakeReader, 'parts'>,
  rolesOfRun: (key: RunKey) => Promise<ColumnRoles>,
): (key: RunKey, part: number) => Promise<CommittedPart> {
  const known = new Map<string, Promise<CommittedPart[]>>();

  const readParts = async (key: RunKey): Promise<CommittedPart[]> => {
    const [parts, roles] = await Promise.all([lake.parts(key.dataset, key.date), rolesOfRun(key)]);
    return parts.filter(({ path }) => isPartOfRun(path, key)).map((part) => ({ ...part, roles }));
  };

  const partsOf = (name: string, key: RunKey): Promise<CommittedPart[]> => {
    const found = known.get(name);
    if (found !== undefined) return found;
    const parts = readParts(key);
    known.set(name, parts);
    for (const oldest of [...known.keys()].slice(0, -MOST_RUNS)) known.delete(oldest);
    parts.catch(() => known.delete(name));
    return parts;
  };

  return async (key, part) => {
    const name = `${key.dataset}/${key.date}/${key.runId}`;
    const parts = await partsOf(name, key);
    const found = parts[part];
    if (found !== undefined) return found;
    known.delete(name);
    throw new PipelineError(
      'LAKE_PART_NOT_FOUND',
      `The partition ${key.dataset} ${key.date} has no part ${part} of this run.`,
      {
        found: `${parts.length} parts of the run`,
        expected: `more than ${part}`,
        remedy:
          'The step is tried again. If this repeats, the table was changed by something else: start a new run of this dataset and date.',
      },
    );
  };
}
