import type { ContractColumn, DataContract } from '../contract/contract';
import { literal } from '../duckdb/duckdb';
import { LONGEST_KEY_IN_BYTES, rowText, type ColumnCheck } from './columnSql';

/** A column with the SQL for its text and for its typed value. */
export interface ColumnValue {
  column: ContractColumn;
  text: string;
  value: string;
}

const SEPARATOR = '|';

/**
 * SQL for the id of a record whose key is not a single column; undefined when it is. A composite key: the values in the order
 * of the key, joined by `|`; in each of them `%` is written %25 and `|` %7C, so that different keys have different ids. Its
 * columns are required, so no value is null. Without a key: SHA-256 (hexadecimal) of the text that `content_hash` hashes.
 */
export function derivedId({ key }: DataContract, columns: ColumnValue[]): string | undefined {
  if (key?.derivedFrom === undefined) return undefined;
  if (key.derivedFrom.length === 0) {
    return `sha256(${rowText(columns.map(({ column: { name, required }, text }) => ({ name, text, required })))})`;
  }
  const values = key.derivedFrom.map((name) => {
    const found = columns.find(({ column }) => column.name === name);
    return `replace(replace((${found?.value})::VARCHAR, '%', '%25'), ${literal(SEPARATOR)}, '%7C')`;
  });
  return `concat_ws(${literal(SEPARATOR)}, ${values.join(', ')})`;
}

/** The check of a composite key as a whole; undefined for other keys. */
export function checkOfKey(contract: DataContract, columns: ColumnValue[]): ColumnCheck | undefined {
  const id = derivedId(contract, columns);
  if (id === undefined || contract.key?.derivedFrom?.length === 0) return undefined;
  return {
    code: 'ROW_VALUE_LENGTH',
    condition: `strlen(${id}) > ${LONGEST_KEY_IN_BYTES}`,
    expected: `a key of at most ${LONGEST_KEY_IN_BYTES} bytes`,
  };
}
