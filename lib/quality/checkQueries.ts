import path from 'node:path';
import type { ContractReading } from '../contract/reading/readContract';
import { identifier, withDuckDb, type DuckDbSettings } from '../duckdb/duckdb';
import { PipelineError, toProblem, type Problem } from '../problems/problem';
import { withTemporaryFolder } from '../storage/temporaryFolder';
import { queryFault, scalarQuery } from './measureRule';
import { withinTimeLimit } from './ruleTimeLimit';
import { confine, createEmptyTable } from './stagedRows';

/** A query on an empty table ends at once, unless it makes rows of its own. */
const LONGEST_CHECK_IN_SECONDS = 30;

/** Runs every query of a contract on an empty table and returns their faults, so that they show before any file arrives. */
export async function checkQueries(
  { contract, placeOf }: Pick<ContractReading, 'contract' | 'placeOf'>,
  settings: { temporaryDirectory: string; duckDb: DuckDbSettings; timeLimitInSeconds?: number },
): Promise<Problem[]> {
  const faults: Problem[] = [];
  const limit = { seconds: settings.timeLimitInSeconds ?? LONGEST_CHECK_IN_SECONDS };
  for (const rule of contract.quality.rules) {
    const { measure } = rule;
    if (measure.metric !== 'sql') continue;
    await withTemporaryFolder(settings.temporaryDirectory, (folder) =>
      withDuckDb(settings.duckDb, path.join(folder, 'spill'), async (duckDb) => {
        const read = contract.columns.filter(({ name }) => measure.columns.includes(name));
        await createEmptyTable(duckDb, identifier(contract.dataset), read);
        await confine(duckDb, folder);
        try {
          const place = { name: rule.name, where: placeOf(rule) };
          await withinTimeLimit(duckDb, place, limit, () => duckDb.rows(scalarQuery(measure.query)));
        } catch (error) {
          if (error instanceof PipelineError) {
            faults.push({ ...toProblem(error), where: placeOf(rule) });
            return;
          }
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
