import type { ContractColumn, DataContract } from './contract';

/** Column of the table with the id of a document whose key is not a single column. */
export const DERIVED_ID = 'derived_id';

/** What identifies a document, where it is not simply the column with the role `id` whose repetitions are rejected. */
export interface KeyOptions {
  /** The columns of a composite key, in their order; empty: a hash of the whole row. Undefined: the column with the role `id`. */
  derivedFrom?: string[];
  /** Which of several records with one key becomes a row; the others are dropped. Undefined: the others are rejected. */
  keep?: KeptRecord;
}

/** `first`: in the order of files and records. `last`: with the highest value of `by`; of equal values the last record. */
export type KeptRecord = { record: 'first' } | { record: 'last'; by: string };

/** The columns whose values are the id of a document, in their order; empty: a hash of the row. */
export function idColumns({ key, roles }: Pick<DataContract, 'key' | 'roles'>): string[] {
  return key?.derivedFrom ?? [roles.id];
}

export type StoredColumn = Pick<ContractColumn, 'name' | 'logicalType' | 'decimal'>;

/** The columns that a row of the table has by its contract: those of the contract, and the id where it is derived. */
export function storedColumns(contract: DataContract): StoredColumn[] {
  const isDerived = contract.key?.derivedFrom !== undefined;
  return [...contract.columns, ...(isDerived ? [{ name: DERIVED_ID, logicalType: 'string' as const }] : [])];
}

export interface UniqueColumn {
  name: string;
  isKey: boolean;
}

/**
 * Columns in which each value occurs once. Repetitions are looked for in this order, and a record that is out by one column
 * does not count for the next. A derived key, and a key with a policy, comes first: records of one key may well repeat the
 * unique values of each other.
 */
export function uniqueColumns({ columns, key }: DataContract): UniqueColumn[] {
  const isDerived = key?.derivedFrom !== undefined;
  const unique = columns
    .filter((column) => column.unique || (column.primaryKey && !isDerived))
    .map(({ name, primaryKey }) => ({ name, isKey: primaryKey && !isDerived }));
  if (isDerived) return [{ name: DERIVED_ID, isKey: true }, ...unique];
  if (key?.keep === undefined) return unique;
  return [...unique].sort((one, other) => Number(other.isKey) - Number(one.isKey));
}
