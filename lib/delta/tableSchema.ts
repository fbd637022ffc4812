import type { DataContract, LogicalType } from '../contract/contract';
import { decimalText } from '../contract/decimal';
import { DERIVED_ID, idColumns, storedColumns, type StoredColumn } from '../contract/key';
import { PipelineError } from '../problems/problem';
import type { DeltaField, DeltaSchema } from './deltaActions';
import { requireWritable } from './protocol';
import { idColumnsOfTable } from './tableRoles';
import type { TableSnapshot } from './tableSnapshot';

const DELTA_TYPES: Record<LogicalType, DeltaField['type']> = {
  string: 'string',
  integer: 'long',
  number: 'double',
  boolean: 'boolean',
  date: 'date',
  timestamp: 'timestamp',
};

function deltaType({ decimal, logicalType }: StoredColumn): DeltaField['type'] {
  return decimal === undefined ? DELTA_TYPES[logicalType] : decimalText(decimal);
}

/** The table's schema by the contract: its columns, then those that the transform adds. The last is the partition column. */
export function tableSchema(contract: DataContract): DeltaSchema {
  // Every column is nullable for readers: the contract says what is required, and may change without a new table.
  const field = (name: string, type: DeltaField['type']): DeltaField => ({ name, type, nullable: true, metadata: {} });
  return {
    type: 'struct',
    fields: [
      ...storedColumns(contract).map((column) => field(column.name, deltaType(column))),
      field('source_file', 'string'),
      field('record_number', 'long'),
      field('content_hash', 'string'),
      field('ingest_date', 'date'),
    ],
  };
}

/**
 * Checks that a dataset's contract fits its table, before a run of `date` writes anything. A new column must be nullable,
 * since old rows have no value for it. LAKE_SCHEMA_INCOMPATIBLE for a column that was left out or renamed, has
 * another type, or was added as required, and for other columns of the id; LAKE_PROTOCOL_UNSUPPORTED and the like for a table
 * that must not be written.
 */
export function requireFittingTable(snapshot: TableSnapshot, contract: DataContract, date: string): void {
  const { dataset } = contract;
  requireWritable(snapshot.protocol, snapshot.metaData, snapshot.schema, dataset);
  const wanted = tableSchema(contract);
  evolveSchema(snapshot.schema, wanted, dataset);
  requireSameId(snapshot, idColumns(contract), { dataset, date });
  // A run with an earlier contract writes no value for later columns, which read null.
  if (contract.origin?.isEarlier === true) return;
  const kept = new Set(wanted.fields.map(({ name }) => name));
  const gone = snapshot.schema.fields.find(({ name }) => !kept.has(name));
  if (gone !== undefined) {
    throw incompatible(dataset, gone.name, 'The contract leaves out a column of the table, or renames it.', {
      found: 'no such column in the contract',
      expected: columnText(gone),
      remedy: 'Keep the column in the contract under its name, or start a new dataset.',
    });
  }
  const known = new Set(snapshot.schema.fields.map(({ name }) => name));
  if (contract.key?.derivedFrom !== undefined && !known.has(DERIVED_ID)) {
    throw incompatible(dataset, DERIVED_ID, 'The key of the contract is not the key of the table.', {
      found: 'a key of several columns, or a hash of the row',
      expected: 'a key of one column: the rows of earlier dates have no other id',
      remedy: 'Keep the key, or start a new dataset.',
    });
  }
  const demanded = contract.columns.find(
    ({ name, required, primaryKey }) => (required || primaryKey) && !known.has(name),
  );
  if (demanded !== undefined) {
    throw incompatible(dataset, demanded.name, 'A new column of the table must not be required.', {
      found: 'required: true',
      expected: 'a column that may be null: the rows of earlier dates have no value for it',
      remedy: 'Remove `required` from the column, or start a new dataset.',
    });
  }
}

/**
 * Checks that the rows of the run get their ids from the same columns as those of the table's other dates: otherwise a row
 * that comes again would be another document, and both would be served. A table that has no other date, or does not say what
 * its ids are made of, takes any columns. Error: LAKE_SCHEMA_INCOMPATIBLE.
 */
export function requireSameId(
  { files, metaData }: Pick<TableSnapshot, 'files' | 'metaData'>,
  columns: readonly string[],
  { dataset, date }: { dataset: string; date: string },
): void {
  const known = idColumnsOfTable(metaData.configuration);
  if (known === undefined || JSON.stringify(known) === JSON.stringify(columns)) return;
  const others = [...files.values()].map((file) => file.partitionValues['ingest_date'] ?? '');
  const other = others.filter((found) => found !== date).sort()[0];
  if (other === undefined) return;
  const differing = columns.find((name, index) => name !== known[index]);
  throw incompatible(
    dataset,
    differing ?? known[0] ?? DERIVED_ID,
    'The contract makes the ids of documents in another way than the table.',
    {
      found: `ids of ${describeId(columns)} in the contract`,
      expected: `ids of ${describeId(known)}, as in the table (e.g. its date ${other})`,
      remedy:
        'Give the contract the key that the table has, or start a new dataset with the new key and load all dates into it: with another id the same row would be served twice.',
    },
  );
}

function describeId(columns: readonly string[]): string {
  if (columns.length === 0) return 'a hash of the row';
  return columns.length === 1 ? `the column ${columns[0]}` : `the columns ${columns.join(', ')} in this order`;
}

/**
 * The schema that holds old and new files: columns may be added (old rows read null). A column whose name or type changed:
 * LAKE_SCHEMA_INCOMPATIBLE. Returns `current` itself when nothing has to change. Columns that `wanted` lacks stay: a run
 * that was planned before another one added a column commits after it, and its rows read null there.
 */
export function evolveSchema(current: DeltaSchema, wanted: DeltaSchema, dataset: string): DeltaSchema {
  const known = new Map(current.fields.map((field) => [field.name.toLowerCase(), field]));
  const added: DeltaField[] = [];
  for (const field of wanted.fields) {
    const existing = known.get(field.name.toLowerCase());
    if (existing === undefined) {
      added.push(field);
    } else if (existing.type !== field.type || existing.name !== field.name) {
      throw incompatible(dataset, field.name, 'The table holds this column with another name or type.', {
        found: columnText(field),
        expected: columnText(existing),
        remedy: 'Give the changed column a new name, or start a new dataset.',
      });
    }
  }
  return added.length === 0 ? current : { type: 'struct', fields: [...current.fields, ...added] };
}

function incompatible(
  dataset: string,
  column: string,
  message: string,
  details: { found: string; expected: string; remedy: string },
): PipelineError {
  return new PipelineError('LAKE_SCHEMA_INCOMPATIBLE', message, {
    ...details,
    where: { file: dataset, column },
  });
}

/** Other writers may give a column a nested type, which is an object. */
function columnText({ name, type }: { name: string; type: unknown }): string {
  return `${name} ${typeof type === 'string' ? type : JSON.stringify(type)}`;
}
