import type { DataContract, LogicalType } from '../contract/contract';
import { decimalText } from '../contract/decimal';
import { DERIVED_ID, storedColumns, type StoredColumn } from '../contract/key';
import { PipelineError } from '../problems/problem';
import type { DeltaField, DeltaSchema } from './deltaActions';
import { requireWritable } from './protocol';
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
 * Checks that a dataset's contract fits its table, before a run writes anything. A new column must be nullable, since old
 * rows have no value for it. LAKE_SCHEMA_INCOMPATIBLE for a column that was left out or renamed, has
 * another type, or was added as required; LAKE_PROTOCOL_UNSUPPORTED and the like for a table that must not be written.
 */
export function requireFittingTable(snapshot: TableSnapshot, contract: DataContract): void {
  const { dataset } = contract;
  requireWritable(snapshot.protocol, snapshot.metaData, snapshot.schema, dataset);
  const wanted = tableSchema(contract);
  evolveSchema(snapshot.schema, wanted, dataset);
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
