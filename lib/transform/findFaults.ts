import type { DataContract } from '../contract/contract';
import type { DuckDb } from '../duckdb/duckdb';
import { checksOf, columnText, typedValue } from './columnSql';
import { checkOfKey } from './keySql';
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
  const values = contract.columns.map((column, index) => {
    const text = columnText(column, `c${index}`);
    return { column, text, value: typedValue(column, text) };
  });
  const check = checkOfKey(contract, values);
  if (check === undefined) return;
  for (const [ordinal] of await duckDb.rows(`SELECT ordinal FROM suspects WHERE ${check.condition}`)) {
    const { code, expected } = check;
    faults.add(Number(ordinal), { code, column: null, found: 'a longer key', expected });
  }
}
