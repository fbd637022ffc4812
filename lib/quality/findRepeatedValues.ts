import { identifier } from '../duckdb/duckdb';
import type { StagedRows } from './stagedRows';

export interface RepeatedValues {
  /** Values that stand more than once. */
  count: number;
  /** At most 3 of them, cut after 60 characters. */
  examples: string[];
}

/** The values of a column that stand more than once. Exact: the values themselves are compared. */
export async function findRepeatedValues({ duckDb, view }: StagedRows, column: string): Promise<RepeatedValues> {
  const name = identifier(column);
  const [row] = await duckDb.rows(
    `SELECT count(*), to_json(list(left(value::VARCHAR, 60))[:3])::VARCHAR FROM (
       SELECT ${name} AS value FROM ${view} WHERE ${name} IS NOT NULL GROUP BY value HAVING count(*) > 1 ORDER BY value)`,
  );
  return { count: Number(row?.[0]), examples: JSON.parse((row?.[1] as string | null) ?? '[]') as string[] };
}
