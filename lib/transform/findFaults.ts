import type { ContractColumn, DataContract } from '../contract/contract';
import { identifier, literal, type DuckDb } from '../duckdb/duckdb';
import { checksOf, columnText } from './columnSql';
import type { RecordFault } from '../quarantine/rejectedRecord';
import type { RecordSource } from './recordSource';

/** Faults by the record's 1-based number in the range, in the order of their discovery. */
export class RecordFaults extends Map<number, RecordFault[]> {
  add(ordinal: number, fault: RecordFault): void {
    const known = this.get(ordinal);
    if (known === undefined) this.set(ordinal, [fault]);
    else known.push(fault);
  }
}

/** Checks records against the contract, column by column. */
export async function findValueFaults(
  duckDb: DuckDb,
  contract: DataContract,
  source: RecordSource,
  faults: RecordFaults,
): Promise<void> {
  await duckDb.run(`CREATE OR REPLACE TEMP TABLE suspects AS SELECT * FROM ${source.table}`);
  for (const [index, column] of contract.columns.entries()) {
    const text = `c${index}`;
    const checks = checksOf(column, columnText(column, text));
    if (checks.length === 0) continue;
    const branches = checks.map((check, number) => `WHEN ${check.condition} THEN ${number}`);
    const rows = await duckDb.rows(
      `SELECT ordinal, failed, left(${text}, 200)
       FROM (SELECT ordinal, ${text}, CASE ${branches.join(' ')} END AS failed FROM suspects) WHERE failed IS NOT NULL`,
    );
    for (const [ordinal, number, found] of rows) {
      const check = checks[Number(number)];
      if (check === undefined) continue;
      const { code, expected } = check;
      faults.add(Number(ordinal), { code, column: column.name, found: found as string | null, expected });
    }
  }
}

/** A value that an earlier record has too. Record numbers count from the start of the file. */
export interface RepeatedValue {
  record: number;
  fault: RecordFault;
}

/** Rows of a part whose value in a column occurs in an earlier row. Rows in the table `rejected` are ignored. */
export async function findRepeated(
  duckDb: DuckDb,
  column: ContractColumn,
  parquetFile: string,
): Promise<RepeatedValue[]> {
  const name = identifier(column.name);
  // Nearly always there are none, and counting takes half as long as finding them.
  const [counts] = await duckDb.rows(
    `SELECT count(${name}) = count(DISTINCT ${name}) FROM read_parquet(${literal(parquetFile)})`,
  );
  if (counts?.[0] === true) return [];
  const rows = await duckDb.rows(
    `WITH sound AS (
       SELECT record_number, ${name} AS value FROM read_parquet(${literal(parquetFile)})
       ANTI JOIN rejected USING (record_number)
     ), repeated AS (
       SELECT value, min(record_number) AS first FROM sound GROUP BY value HAVING count(*) > 1
     )
     SELECT record_number, left(value::VARCHAR, 200), first FROM sound JOIN repeated USING (value)
     WHERE record_number > first ORDER BY record_number`,
  );
  return rows.map(([record, found, first]) => ({
    record: Number(record),
    fault: {
      code: column.primaryKey ? 'ROW_DUPLICATE_KEY' : 'ROW_DUPLICATE_VALUE',
      column: column.name,
      found: found as string | null,
      expected: `a unique value; record ${Number(first)} has the same`,
    },
  }));
}
