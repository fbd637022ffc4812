import type { ContractColumn, LogicalType } from '../contract';
import { decimalFault, decimalOf, MOST_DIGITS, type Decimal } from '../decimal';
import type { ContractProperty } from './contractShape';
import type { ContractFault } from './contractFault';
import { patternFault } from '../pattern';
import type { ReadingNotes } from './readQuality';
import { readBounds } from './readBounds';
import { readStringFormat } from './readStringFormat';
import { strptimeFormat, timeFormatFault } from '../timeFormat';

/** Columns that the transform adds to each row; a contract may not use these names. */
export const TECHNICAL_COLUMNS = ['source_file', 'record_number', 'content_hash', 'ingest_date'] as const;

const OPTION_TYPES: Record<string, LogicalType[]> = {
  pattern: ['string'],
  minLength: ['string'],
  maxLength: ['string'],
  minimum: ['integer', 'number', 'date', 'timestamp'],
  maximum: ['integer', 'number', 'date', 'timestamp'],
  exclusiveMinimum: ['integer', 'number', 'date', 'timestamp'],
  exclusiveMaximum: ['integer', 'number', 'date', 'timestamp'],
  format: ['string', 'integer', 'number', 'date', 'timestamp'],
  timezone: ['timestamp'],
  defaultTimezone: ['timestamp'],
};

/**
 * Reads one property of the standard as a column. Adds to `faults`; the column is usable only when there are none. A primary
 * key is unique by itself only when it is the only one (`isOnlyKey`).
 */
export function readColumn(
  property: ContractProperty,
  index: number,
  { faults, notes }: { faults: ContractFault[]; notes: Pick<ReadingNotes, 'patterns'> },
  isOnlyKey: boolean,
): ContractColumn {
  const options = property.logicalTypeOptions ?? {};
  const path = (name: string) => ['schema', 0, 'properties', index, 'logicalTypeOptions', name];
  for (const name of Object.keys(options)) {
    if (!OPTION_TYPES[name]?.includes(property.logicalType)) {
      faults.push({
        path: path(name),
        message: `${name} does not apply to a column of type ${property.logicalType}.`,
        expected: `a column of type ${OPTION_TYPES[name]?.join(' or ') ?? 'another kind'}`,
      });
    }
  }
  if (options.pattern !== undefined) {
    const fault = patternFault(options.pattern);
    if (fault !== undefined) faults.push({ path: path('pattern'), message: fault, found: options.pattern });
    else notes.patterns.push({ path: path('pattern'), pattern: options.pattern });
  }
  if (options.minLength !== undefined && options.maxLength !== undefined && options.minLength > options.maxLength) {
    faults.push({ path: path('minLength'), message: 'minLength is greater than maxLength: no value could pass.' });
  }
  const isTime = property.logicalType === 'date' || property.logicalType === 'timestamp';
  const format = !isTime || options.format === undefined ? undefined : strptimeFormat(options.format);
  const formatFault = format === undefined ? 'The format has an unknown part.' : timeFormatFault(format);
  if (isTime && options.format !== undefined && formatFault !== undefined) {
    faults.push({
      path: path('format'),
      message: formatFault,
      found: options.format,
      expected: "a JDK pattern such as yyyy-MM-dd or yyyy-MM-dd'T'HH:mm:ss'Z', or strptime such as %d.%m.%Y",
    });
  }
  return {
    name: property.name,
    header: property.physicalName,
    logicalType: property.logicalType,
    decimal: readDecimal(property, index, faults),
    required: property.required || property.primaryKey,
    unique: property.unique || (property.primaryKey && isOnlyKey),
    primaryKey: property.primaryKey,
    pattern: options.pattern,
    minLength: options.minLength,
    maxLength: options.maxLength,
    textFormat:
      property.logicalType === 'string' ? readStringFormat(options.format, path('format'), faults) : undefined,
    ...readBounds(property.logicalType, options, path, faults),
    format,
  };
}

/** Other physical types do not change how values are stored: they may be those of the source. */
function readDecimal(
  { logicalType, physicalType, logicalTypeOptions }: ContractProperty,
  index: number,
  faults: ContractFault[],
): Decimal | undefined {
  const decimal = decimalOf(physicalType);
  if (decimal === undefined || (logicalType !== 'integer' && logicalType !== 'number')) return undefined;
  const isSized = logicalTypeOptions?.format !== undefined;
  const fault = isSized
    ? 'A decimal has no format: the physicalType gives its size.'
    : decimalFault(decimal, logicalType === 'integer');
  if (fault !== undefined) {
    const path = ['schema', 0, 'properties', index, 'physicalType'];
    const expected = `decimal(p,s): p digits, at most ${MOST_DIGITS}, s of them after the point`;
    faults.push({ path, message: fault, found: physicalType, expected });
  }
  return decimal;
}

/** Names that are repeated (case does not count, as in Delta) or reserved. */
export function columnFaults(
  columns: { index: number; column: Pick<ContractColumn, 'name' | 'header'> }[],
): ContractFault[] {
  const faults: ContractFault[] = [];
  const path = (index: number, key: string) => ['schema', 0, 'properties', index, key];
  const names = new Map<string, number>();
  const headers = new Map<string, number>();
  for (const { index, column } of columns) {
    const name = column.name.toLowerCase();
    const header = column.header ?? column.name;
    if ((TECHNICAL_COLUMNS as readonly string[]).includes(name)) {
      faults.push({
        path: path(index, 'name'),
        message: 'The name is reserved for a column that the transform adds.',
        found: column.name,
        expected: `a name other than ${TECHNICAL_COLUMNS.join(', ')}`,
      });
    }
    for (const [key, known, value] of [
      ['name', names, name],
      ['physicalName', headers, header],
    ] as const) {
      const first = known.get(value);
      if (first === undefined) {
        known.set(value, index);
      } else {
        const message = `properties[${first}] has the same ${key}.`;
        faults.push({ path: path(index, key), message, found: value });
        break;
      }
    }
  }
  return faults;
}
