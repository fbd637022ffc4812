import path from 'node:path';
import { identifier, literal, withDuckDb } from '../duckdb/duckdb';
import type { Lakehouse } from '../lake/lakehouse';
import { withTemporaryFolder } from '../lake/temporaryFolder';

export interface RepeatedValues {
  /** Values that stand more than once. */
  count: number;
  /** At most 3 of them, cut after 60 characters. */
  examples: string[];
}

const PARALLEL_DOWNLOADS = 8;

/** For each column, the values that stand more than once over Parquet files in staging. Exact: the values themselves are compared. */
export async function findRepeatedValues(
  lakehouse: Lakehouse,
  files: string[],
  columns: string[],
): Promise<RepeatedValues[]> {
  // Within one part the transform has taken repetitions out.
  if (files.length < 2) return columns.map(() => ({ count: 0, examples: [] }));
  const { store, containers } = lakehouse;
  return withTemporaryFolder(lakehouse.temporaryDirectory, async (folder) => {
    for (let start = 0; start < files.length; start += PARALLEL_DOWNLOADS) {
      const batch = files.slice(start, start + PARALLEL_DOWNLOADS);
      await Promise.all(
        batch.map((file, index) =>
          store.download(containers.staging, file, path.join(folder, `${start + index}.parquet`)),
        ),
      );
    }
    return withDuckDb(lakehouse.duckDb, path.join(folder, 'spill'), async (duckDb) => {
      const results: RepeatedValues[] = [];
      for (const column of columns) {
        const name = identifier(column);
        const [row] = await duckDb.rows(
          `SELECT count(*), to_json(list(left(value::VARCHAR, 60))[:3])::VARCHAR FROM (
             SELECT ${name} AS value FROM read_parquet(${literal(path.join(folder, '*.parquet'))})
             WHERE ${name} IS NOT NULL GROUP BY value HAVING count(*) > 1 ORDER BY value)`,
        );
        results.push({
          count: Number(row?.[0]),
          examples: JSON.parse((row?.[1] as string | null) ?? '[]') as string[],
        });
      }
      return results;
    });
  });
}
