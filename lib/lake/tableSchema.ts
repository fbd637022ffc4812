import type { DataContract, LogicalType } from '../contract/contract';
import { PipelineError } from '../errors';
import type { DeltaField, DeltaSchema } from './deltaActions';

const DELTA_TYPES: Record<LogicalType, DeltaField['type']> = {
  string: 'string',
  integer: 'long',
  number: 'double',
  boolean: 'boolean',
  date: 'date',
  timestamp: 'timestamp',
};

/** The table's schema by the contract: its columns, then those that the transform adds. The last is the partition. */
export function tableSchema(contract: DataContract): DeltaSchema {
  // Every column is nullable to readers: what is required is the contract's business, and may change without a new table.
  const field = (name: string, type: DeltaField['type']): DeltaField => ({ name, type, nullable: true, metadata: {} });
  return {
    type: 'struct',
    fields: [
      ...contract.columns.map((column) => field(column.name, DELTA_TYPES[column.logicalType])),
      field('source_file', 'string'),
      field('record_number', 'long'),
      field('content_hash', 'string'),
      field('ingest_date', 'date'),
    ],
  };
}

/**
 * The schema that holds old and new files: columns may be added (old rows read null) and left out (new rows read null).
 * A column whose type changed: LAKE_SCHEMA_INCOMPATIBLE. Returns `current` itself when nothing has to change.
 */
export function evolveSchema(current: DeltaSchema, wanted: DeltaSchema, dataset: string): DeltaSchema {
  const known = new Map(current.fields.map((field) => [field.name.toLowerCase(), field]));
  const added: DeltaField[] = [];
  for (const field of wanted.fields) {
    const existing = known.get(field.name.toLowerCase());
    if (existing === undefined) {
      added.push(field);
    } else if (existing.type !== field.type || existing.name !== field.name) {
      throw new PipelineError('LAKE_SCHEMA_INCOMPATIBLE', 'The table holds this column with another name or type.', {
        found: `${field.name} ${field.type}`,
        expected: `${existing.name} ${existing.type}`,
        where: { file: dataset, column: field.name },
        remedy: 'Give the changed column a new name, or start a new dataset.',
      });
    }
  }
  return added.length === 0 ? current : { type: 'struct', fields: [...current.fields, ...added] };
}
