import { PipelineError } from '../problems/problem';

/** Megabytes that the engine takes for the vectors and expressions of one column, however few the rows (measured). */
export const MEGABYTES_PER_COLUMN = 0.7;
/** With fewer columns something else takes the memory: long records, or many of them. */
const MANY_COLUMNS = 300;

/** The error of work on a table of so many columns: DUCKDB_TOO_MANY_COLUMNS where they are what the memory is too small for. */
export function errorOfWideTable(error: unknown, columns: number): unknown {
  const isMemory = error instanceof PipelineError && error.code === 'DUCKDB_OUT_OF_MEMORY';
  if (!isMemory || columns < MANY_COLUMNS) return error;
  const needed = Math.ceil(columns * MEGABYTES_PER_COLUMN);
  return new PipelineError(
    'DUCKDB_TOO_MANY_COLUMNS',
    'The table has more columns than the memory of the engine allows.',
    {
      found: `${columns} columns, which need about ${needed} MB`,
      expected: `${error.expected}: about 3 columns for every 2 MB`,
      where: { setting: 'DUCKDB_MEMORY_MEGABYTES' },
      remedy: `Set DUCKDB_MEMORY_MEGABYTES to ${needed} or more, or split the columns over several datasets.`,
      cause: error,
    },
  );
}
