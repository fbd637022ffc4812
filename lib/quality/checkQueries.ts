import path from 'node:path';
import type { ContractReading } from '../contract/reading/readContract';
import { identifier, withDuckDb, type DuckDbSettings } from '../duckdb/duckdb';
import type { Problem } from '../problems/problem';
import { withTemporaryFolder } from '../storage/temporaryFolder';
import { queryFault, scalarQuery } from './measureRule';
import { confine, createEmptyTable } from './stagedRows';

/** Runs every query of a contract on an empty table and returns their faults, so that they show before any file arrives. */
export async function checkQueries(
  { contract, placeOf }: Pick<ContractReading, 'contract' | 'placeOf'>,
  settings: { temporaryDirectory: string; duckDb: DuckDbSettings },
): Promise<Problem[]> {
  const faults: Problem[] = [];
  for (const rule of contract.quality.rules) {
    const { measure } = rule;
    if (measure.metric !== 'sql') continue;
    await withTemporaryFolder(settings.temporaryDirectory, (folder) =>
      withDuckDb(settings.duckDb, path.join(folder, 'spill'), async (duckDb) => {
        const read = contract.columns.filter(({ name }) => measure.columns.includes(name));
        await createEmptyTable(duckDb, identifier(contract.dataset), read);
        await confine(duckDb, folder);
        try {
          await duckDb.rows(scalarQuery(measure.query));
        } catch (error) {
          faults.push({
            code: 'CONTRACT_QUERY_INVALID',
            message: `The query of the rule "${rule.name}" cannot be run.`,
            found: queryFault(error),
            expected: 'one SELECT that returns one value',
            where: placeOf(rule),
          });
        }
      }),
    );
  }
  return faults;
}
