import type { KeptRecord, UniqueColumn } from '../contract/key';
import { identifier, literal, type DuckDb } from '../duckdb/duckdb';
import type { RecordFault } from '../quarantine/rejectedRecord';

/** A value that another record has too, which is kept. Record numbers count from the start of the file. */
export interface RepeatedValue {
  record: number;
  fault: RecordFault;
}

/**
 * Rows of a part whose value in a column occurs in a row that is kept: the first, or for a key the one that `keep` chooses.
 * Rows in the table `rejected` are ignored.
 */
export async function findRepeated(
  duckDb: DuckDb,
  column: UniqueColumn,
  keep: KeptRecord | undefined,
  parquetFile: string,
): Promise<RepeatedValue[]> {
  const name = identifier(column.name);
  const source = `read_parquet(${literal(parquetFile)})`;
  // Nearly always there are none, and counting takes half as long as finding them.
  const [counts] = await duckDb.rows(`SELECT count(${name}) = count(DISTINCT ${name}) FROM ${source}`);
  if (counts?.[0] === true) return [];
  const rows = await duckDb.rows(
    `WITH sound AS (SELECT * FROM ${source} ANTI JOIN rejected USING (record_number)),
     repeated AS (
       SELECT ${name} AS value, ${keptRow('record_number', keep, 'record_number')} AS kept
       FROM sound GROUP BY 1 HAVING count(*) > 1
     )
     SELECT sound.record_number, left(repeated.value::VARCHAR, 200), repeated.kept
     FROM sound JOIN repeated ON sound.${name} = repeated.value
     WHERE sound.record_number <> repeated.kept ORDER BY sound.record_number`,
  );
  return rows.map(([record, found, kept]) => ({
    record: Number(record),
    fault: repeatedFault(column, keep, found as string | null, `record ${Number(kept)}`),
  }));
}

/** SQL that aggregates the rows of one key to `row` of the row that is kept. `order`: the columns that order all rows. */
export function keptRow(row: string, keep: KeptRecord | undefined, order: string): string {
  return keep?.record === 'last'
    ? `last(${row} ORDER BY ${identifier(keep.by)} NULLS FIRST, ${order})`
    : `first(${row} ORDER BY ${order})`;
}

/** `kept` names the record that is kept. */
export function repeatedFault(
  { name, isKey }: UniqueColumn,
  keep: KeptRecord | undefined,
  found: string | null,
  kept: string,
): RecordFault {
  if (!isKey || keep === undefined) {
    const code = isKey ? 'ROW_DUPLICATE_KEY' : 'ROW_DUPLICATE_VALUE';
    return { code, column: name, found, expected: `a unique value; ${kept} has the same` };
  }
  const which = keep.record === 'first' ? 'first record' : `record with the last ${keep.by}`;
  return { code: 'ROW_DUPLICATE_DROPPED', column: name, found, expected: `of each key the ${which}; ${kept} is kept` };
}
