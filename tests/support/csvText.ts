import { parse } from 'csv-parse/sync';
import fc from 'fast-check';

/** The fields of each record by csv-parse, an independent parser. Blank lines are skipped. */
export function oracleRecords(text: Buffer | string): string[][] {
  return parse(text, {
    relax_quotes: true,
    relax_column_count: true,
    skip_empty_lines: true,
    record_delimiter: ['\r\n', '\n'],
  });
}

/** Fields that can mislead a scanner: quotes, line ends and whole records inside quotes, quotes in unquoted fields. */
const quotedField = fc
  .array(fc.constantFrom('"', '""', '\n', '\r\n', ',', 'a', ' ', 'x,y\n1,"2"\n', 'é', '\r', "'"), { maxLength: 8 })
  .map((parts) => `"${parts.join('').replaceAll('"', '""')}"`);
const plainField = fc
  .array(fc.constantFrom('a', 'b c', '5" disk', 'é', ' ', "'", '1.5'), { maxLength: 3 })
  .map((parts) => {
    const text = parts.join('');
    return text.startsWith('"') ? `x${text}` : text;
  });
const record = fc
  .array(fc.oneof(quotedField, plainField), { minLength: 1, maxLength: 4 })
  .map((fields) => fields.join(','));

/** CSV text that a strict reader can read: mixed line ends, blank lines, with or without a final line end. */
export const csvText = fc
  .tuple(
    fc.array(fc.tuple(record, fc.constantFrom('\n', '\r\n', '\n\n', '\r\n\r\n')), { maxLength: 12 }),
    fc.option(record, { nil: '' }),
  )
  .map(([records, last]) => records.map(([text, end]) => text + end).join('') + last);

/** Records of three fields with one kind of line end and valid quotes. */
export const plainCsv = fc
  .tuple(
    fc.array(
      fc.array(fc.oneof(quotedField, fc.constantFrom('', 'a', 'b c', 'é', "it's")), { minLength: 3, maxLength: 3 }),
      {
        minLength: 1,
        maxLength: 12,
      },
    ),
    fc.constantFrom('\n', '\r\n'),
    fc.boolean(),
  )
  .map(([records, end, atEnd]) => records.map((fields) => fields.join(',')).join(end) + (atEnd ? end : ''));

/** Any text of the characters that matter to a scanner. */
export const csvNoise = fc
  .array(fc.constantFrom('"', ',', '\n', '\r\n', 'a', ' ', 'b"'), { maxLength: 60 })
  .map((parts) => parts.join(''));
