import { identifier } from '../duckdb/duckdb';
import type { StagedRows } from './stagedRows';

export interface RepeatedValues {
  /** Values that occur more than once. */
  count: number;
  /** At most 3 of them, truncated to 60 characters. */
  examples: string[];
}

/** Finds the values of a column that occur more than once. Exact, since it compares values, not hashes. */
export async function findRepeatedValues({ duckDb, view }: StagedRows, column: string): Promise<RepeatedValues> {
  const name = identifier(column);
  const [row] = await duckDb.rows(
    `SELECT count(*), to_json(list(left(value::VARCHAR, 60))[:3])::VARCHAR FROM (
       SELECT ${name} AS value FROM ${view} WHERE ${name} IS NOT NULL GROUP BY 1 HAVING count(*) > 1 ORDER BY 1)`,
  );
  return { count: Number(row?.[0]), examples: JSON.parse((row?.[1] as string | null) ?? '[]') as string[] };
}
