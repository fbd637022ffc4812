import type { Transaction } from './deltaActions';
import { readEntry, readRecentLog } from './deltaLog';
import type { TableStorage } from '../lakehouse/lakehouse';
import type { LogEntry } from './tableSnapshot';

/**
 * The log entry that a transaction made; undefined when it was cleaned up. The transaction names its version; in
 * older tables it does not, and the log is searched.
 */
export async function findCommit(
  lake: TableStorage,
  dataset: string,
  transaction: Transaction,
): Promise<LogEntry | undefined> {
  const container = lake.containers.processed;
  const isIt = ({ actions }: LogEntry): boolean =>
    actions.some((action) => 'txn' in action && action.txn.appId === transaction.appId);
  const named = await readEntry(lake.store, container, dataset, transaction.version);
  if (named !== undefined && isIt(named)) return named;
  return (await readRecentLog(lake.store, container, dataset)).find(isIt);
}
