import { createReadStream } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { parse } from 'csv-parse';
import type { BenchColumn } from '../input/datasets';
import { readJob, report, timed } from '../job';

// Usage: csvParse.js <job> parquetjs|@dsnp/parquetjs
// Record by record: parsed by csv-parse, checked and cast here, written by the package.

/** The part of the two packages that is used; one of them has no types. */
interface ParquetPackage {
  ParquetSchema: new (fields: Record<string, object>) => object;
  ParquetWriter: {
    openFile(schema: object, file: string): Promise<{ appendRow(row: Row): Promise<void>; close(): Promise<void> }>;
  };
}
type Row = Record<string, string | number | boolean | Date>;

const TYPES = {
  string: 'UTF8',
  integer: 'INT64',
  number: 'DOUBLE',
  boolean: 'BOOLEAN',
  date: 'DATE',
  timestamp: 'TIMESTAMP_MILLIS',
};
const TIMESTAMP = /^\d{4}-\d{2}-\d{2}T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\dZ$/;

async function main(): Promise<void> {
  const { dataset, file, output } = readJob();
  const { ParquetSchema, ParquetWriter } = createRequire(__filename)(process.argv[3] ?? '') as ParquetPackage;
  const fields = dataset.columns.map(({ name, type }) => [
    name,
    { type: TYPES[type], compression: 'SNAPPY', optional: true },
  ]);
  const patterns = dataset.columns.map(({ pattern }) =>
    pattern === undefined ? undefined : RegExp(`^(?:${pattern})$`),
  );
  report(
    await timed(async () => {
      const schema = new ParquetSchema(Object.fromEntries(fields) as Record<string, object>);
      const writer = await ParquetWriter.openFile(schema, path.join(output, 'part.parquet'));
      const records = createReadStream(file).pipe(parse({ from: 2, relax_column_count: true, skip_empty_lines: true }));
      for await (const record of records as AsyncIterable<string[]>) {
        const row = rowOf(dataset.columns, patterns, record);
        if (row !== undefined) await writer.appendRow(row);
      }
      await writer.close();
    }),
  );
}

function rowOf(columns: BenchColumn[], patterns: (RegExp | undefined)[], record: string[]): Row | undefined {
  if (record.length !== columns.length) return undefined;
  const row: Row = {};
  for (const [index, column] of columns.entries()) {
    const text = record[index] ?? '';
    if (column.required === true && !/[^ \t\r\n]/.test(text)) return undefined;
    if (text === '') continue;
    if (patterns[index]?.test(text) === false) return undefined;
    const value = valueOf(column, text);
    if (value === undefined) return undefined;
    if (column.minimum !== undefined && (value as number) < column.minimum) return undefined;
    row[column.name] = value;
  }
  return row;
}

function valueOf({ type }: BenchColumn, text: string): Row[string] | undefined {
  switch (type) {
    case 'string':
      return text;
    case 'integer':
      return /^-?\d{1,15}$/.test(text) ? Number(text) : undefined;
    case 'number':
      return Number.isFinite(Number(text)) ? Number(text) : undefined;
    case 'boolean':
      return text === 'true' ? true : text === 'false' ? false : undefined;
    case 'date':
    case 'timestamp': {
      const time = new Date(text);
      const isWhole = TIMESTAMP.test(text) && !Number.isNaN(time.getTime());
      // Date reads 31 February as 2 or 3 March.
      return isWhole && time.toISOString().startsWith(text.slice(0, 10)) ? time : undefined;
    }
  }
}

void main();
