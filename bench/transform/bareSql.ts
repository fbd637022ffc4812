import type { DataContract } from '../../lib/contract/contract';
import { literal } from '../../lib/duckdb/duckdb';
import { checksOf, contentHash, named, typedValue } from '../../lib/transform/columnSql';

/**
 * A query that does the work of the transform in one pass, with the same expressions, but without the scan of the file, the
 * proof that no record was lost, the reasons for each rejected record, the search for repeated keys and the statistics.
 */
export function bareQuery(
  contract: DataContract,
  file: string,
  options: { header: boolean; firstRecord: number; technicalColumns: boolean; dirty: boolean },
): string {
  const columns = contract.columns.map((column, index) => {
    const text = `c${index}`;
    return { column, text, value: column.logicalType === 'string' ? text : `v${index}` };
  });
  const typed = columns.flatMap(({ column, text, value }) =>
    value === text ? [] : [`${typedValue(column, text)} AS ${value}`],
  );
  const faults = columns.flatMap(({ column, text, value }) =>
    checksOf(column, text, value).map(({ condition }) => `coalesce(${condition}, false)`),
  );
  const technical = [
    named(literal('input.csv'), 'source_file'),
    named(`position + ${options.firstRecord - 1}`, 'record_number'),
    named(
      contentHash(columns.map(({ column: { name, required }, text }) => ({ name, text, required }))),
      'content_hash',
    ),
  ];
  const selected = [
    ...columns.map(({ column, value }) => named(value, column.name)),
    ...(options.technicalColumns ? technical : []),
  ];
  const { delimiter, quote, nullText } = contract.source;
  return `
    SELECT ${selected.join(', ')} FROM (
      SELECT *${options.technicalColumns ? ', row_number() OVER () AS position' : ''} FROM (
        SELECT ${['*', ...typed].join(', ')} FROM read_csv(${literal(file)},
          auto_detect=false, header=${options.header}, parallel=false, strict_mode=true, new_line='\\n',
          delim=${literal(delimiter)}, quote=${literal(quote)}, escape=${literal(quote)},
          nullstr=${literal(nullText)}, allow_quoted_nulls=false, ignore_errors=${options.dirty},
          max_line_size=2097152, buffer_size=16777216,
          columns={${columns.map(({ text }) => `'${text}': 'VARCHAR'`).join(', ')}})))
    WHERE NOT (${['false', ...faults].join(' OR ')})`;
}
