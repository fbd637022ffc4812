import path from 'node:path';
import type { ContractReading } from '../contract/reading/readContract';
import { identifier, type DuckDbSettings } from '../duckdb/duckdb';
import { toProblem, type Problem } from '../problems/problem';
import { withTemporaryFolder } from '../storage/temporaryFolder';
import { limitedQueries, QueryFault } from './limitedQueries';
import { scalarQuery } from './measureRule';
import { emptyTable } from './stagedRows';

/** A query on an empty table ends at once, unless it makes rows of its own. */
const LONGEST_CHECK_IN_SECONDS = 30;

/** Runs every query of a contract on an empty table and returns their faults, so that they show before any file arrives. */
export async function checkQueries(
  { contract, placeOf }: Pick<ContractReading, 'contract' | 'placeOf'>,
  settings: {
    temporaryDirectory: string;
    duckDb: DuckDbSettings;
    timeLimitInSeconds?: number;
    queryProcessFile?: string;
  },
): Promise<Problem[]> {
  const faults: Problem[] = [];
  const limit = { seconds: settings.timeLimitInSeconds ?? LONGEST_CHECK_IN_SECONDS };
  for (const rule of contract.quality.rules) {
    const { measure } = rule;
    if (measure.metric !== 'sql') continue;
    const read = contract.columns.filter(({ name }) => measure.columns.includes(name));
    await withTemporaryFolder(settings.temporaryDirectory, async (folder) => {
      const queries = limitedQueries({
        duckDb: settings.duckDb,
        folder,
        spillFolder: path.join(folder, 'spill'),
        setUp: emptyTable(identifier(contract.dataset), read),
        limit,
        processFile: settings.queryProcessFile,
      });
      try {
        await queries.value({ name: rule.name, where: placeOf(rule) }, scalarQuery(measure.query));
      } catch (error) {
        faults.push(
          error instanceof QueryFault
            ? {
                code: 'CONTRACT_QUERY_INVALID',
                message: `The query of the rule "${rule.name}" cannot be run.`,
                found: error.message,
                expected: 'one SELECT that returns one value',
                where: placeOf(rule),
              }
            : { ...toProblem(error), where: placeOf(rule) },
        );
      } finally {
        queries.close();
      }
    });
  }
  return faults;
}
