import type { DataContract } from '../contract/contract';
import type { MalformedRecord } from '../csv/rewriteRecords';
import { literal, type DuckDb } from '../duckdb/duckdb';
import { checksOf, typedValue } from './columnSql';
import { RECORDS_TABLE } from './loadRecords';

/** What is wrong with a record. */
export interface RecordFault {
  code: string;
  /** Null when the fault is of the record as a whole. */
  column: string | null;
  /** Null when the value is null. Cut after 200 characters. */
  found: string | null;
  expected: string;
}

/** Ordinals of loaded records that may not go into the table. */
export const REJECTED_TABLE = 'rejected';

/**
 * Checks the loaded records against the contract and returns the faults by the record's ordinal, in the order of the
 * columns. Of records with the same key the first sound one stays. Fills `REJECTED_TABLE`. `firstRecord` is the number
 * in the file of the range's first record.
 */
export async function findFaults(
  duckDb: DuckDb,
  contract: DataContract,
  malformed: MalformedRecord[],
  firstRecord: number,
): Promise<Map<number, RecordFault[]>> {
  const faults = new Map<number, RecordFault[]>();
  const add = (ordinal: number, fault: RecordFault): void => {
    const known = faults.get(ordinal);
    if (known === undefined) faults.set(ordinal, [fault]);
    else known.push(fault);
  };
  for (const { ordinal, code, found, expected } of malformed) add(ordinal, { code, column: null, found, expected });
  await duckDb.run(`CREATE TEMP TABLE ${REJECTED_TABLE} (ordinal BIGINT)`);
  await findValueFaults(duckDb, contract, add);
  await findDuplicates(duckDb, contract, firstRecord, add);
  return faults;
}

type AddFault = (ordinal: number, fault: RecordFault) => void;

/** One pass per column: the table is columnar, so each value is read once. */
async function findValueFaults(duckDb: DuckDb, contract: DataContract, add: AddFault): Promise<void> {
  for (const [index, column] of contract.columns.entries()) {
    const text = `c${index}`;
    const checks = checksOf(column, text);
    if (checks.length === 0) continue;
    const branches = checks.map((check, number) => `WHEN ${check.condition} THEN ${number}`);
    const failed = `CASE ${branches.join(' ')} END`;
    const rows = await duckDb.rows(
      `SELECT ordinal, failed, left(${text}, 200)
       FROM (SELECT ordinal, ${text}, ${failed} AS failed FROM ${RECORDS_TABLE}) WHERE failed IS NOT NULL`,
    );
    for (const [ordinal, number, found] of rows) {
      const check = checks[Number(number)];
      if (check === undefined) continue;
      const { code, expected } = check;
      add(Number(ordinal), { code, column: column.name, found: found as string | null, expected });
    }
    await reject(duckDb, new Set(rows.map(([ordinal]) => Number(ordinal))));
  }
}

async function findDuplicates(
  duckDb: DuckDb,
  contract: DataContract,
  firstRecord: number,
  add: AddFault,
): Promise<void> {
  for (const [index, column] of contract.columns.entries()) {
    if (!column.unique && !column.primaryKey) continue;
    const value = typedValue(column, `c${index}`);
    const rows = await duckDb.rows(
      `WITH sound AS (
         SELECT ordinal, ${value} AS value FROM ${RECORDS_TABLE} ANTI JOIN ${REJECTED_TABLE} USING (ordinal)
       ), repeated AS (
         SELECT value, min(ordinal) AS first FROM sound WHERE value IS NOT NULL GROUP BY value HAVING count(*) > 1
       )
       SELECT ordinal, left(value::VARCHAR, 200), first FROM sound JOIN repeated USING (value)
       WHERE ordinal > first ORDER BY ordinal`,
    );
    for (const [ordinal, found, first] of rows) {
      add(Number(ordinal), {
        code: column.primaryKey ? 'ROW_DUPLICATE_KEY' : 'ROW_DUPLICATE_VALUE',
        column: column.name,
        found: found as string | null,
        expected: `a value that stands once; record ${firstRecord + Number(first) - 1} has it`,
      });
    }
    await reject(duckDb, new Set(rows.map(([ordinal]) => Number(ordinal))));
  }
}

async function reject(duckDb: DuckDb, ordinals: ReadonlySet<number>): Promise<void> {
  if (ordinals.size === 0) return;
  const list = literal(JSON.stringify([...ordinals]));
  await duckDb.run(`INSERT INTO ${REJECTED_TABLE} SELECT unnest(from_json(${list}, '["BIGINT"]'))`);
}
