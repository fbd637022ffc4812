import { rawFolder } from '../lakehouse/paths';
import { instanceIdOf } from '../runs/runKey';
import type { IngestDependencies } from './dependencies';
import { isUnderWay, type Orchestration } from './orchestration';

const DAY_IN_MILLISECONDS = 86_400_000;

/** The last day that has ended, `yyyy-mm-dd` in UTC. A daily schedule ingests this day. */
export function dayThatEnded(now: Date): string {
  return new Date(now.getTime() - DAY_IN_MILLISECONDS).toISOString().slice(0, 10);
}

/**
 * Starts the ingest of the day that has ended for each dataset that has files for it, or a SQL source. A run that is under way
 * is left alone. `log` gets one line for each dataset.
 */
export async function startDue(
  { contracts, lakehouse }: Pick<IngestDependencies, 'contracts' | 'lakehouse'>,
  orchestration: Orchestration,
  now: Date,
  log: (line: string) => void,
): Promise<void> {
  const date = dayThatEnded(now);
  for (const dataset of await contracts.names()) {
    const id = instanceIdOf(dataset, date);
    const files = lakehouse.store.list(lakehouse.containers.raw, rawFolder(dataset, date));
    const first = await files[Symbol.asyncIterator]().next();
    if (first.done && !(await isExtracted(contracts, dataset))) {
      log(`${dataset}: no files for ${date}`);
    } else if (isUnderWay(await orchestration.state(id))) {
      log(`${dataset}: the ingest of ${date} is under way`);
    } else {
      await orchestration.start(id, { dataset, date, startedBy: 'schedule' });
      log(`${dataset}: started ${id}`);
    }
  }
}

/** A dataset with a faulty contract is not started; a start by hand reports its faults. */
async function isExtracted(contracts: IngestDependencies['contracts'], dataset: string): Promise<boolean> {
  try {
    return (await contracts.get(dataset)).source.sqlSource !== undefined;
  } catch {
    return false;
  }
}
