import type { ContractColumn, DataContract } from '../contract/contract';
import type { Problem } from '../problems/problem';
import { CARRIAGE_RETURN, dialectOf, LINE_FEED, type CsvDialect } from './dialect';
import {
  binaryKind,
  markupKind,
  startsWithByteOrderMark,
  utf16Kind,
  UTF8_BYTE_ORDER_MARK_LENGTH,
} from '../encoding/fileKind';
import { checkColumns } from './headerColumns';
import { countLineFeeds } from '../encoding/countLineFeeds';
import { fieldsOf, fieldText } from './recordFields';
import { TextCheck, textProblem } from '../encoding/textCheck';
import { visitRecords } from './visitRecords';

/** A header that fits the contract. */
export interface CsvHeader {
  /** Byte offset of the first record, after a byte order mark, blank lines and the header. */
  length: number;
  /** 1-based physical line of the first record. */
  firstLine: number;
  /** For each field of the file, in its order: index of the contract's column. */
  columns: number[];
}

/** Bytes of a file that are read to check its header. Headers longer than 1 MiB are rejected. */
export const HEADER_WINDOW_IN_BYTES = 1024 * 1024;

/** Checks the start of a file (`HEADER_WINDOW_IN_BYTES`, or the whole file) against the contract. Returns all faults. */
export function readHeader(
  head: Buffer,
  file: string,
  contract: DataContract,
): { header: CsvHeader; faults?: never } | { header?: never; faults: Problem[] } {
  const fail = (problem: Omit<Problem, 'where'> & { where?: Problem['where'] }) => ({
    faults: [{ ...problem, where: { file, ...problem.where } }],
  });
  const utf16 = utf16Kind(head);
  if (utf16 !== undefined) {
    return fail({
      code: 'CSV_ENCODING_UTF16',
      message: 'The file is not written in UTF-8.',
      found: utf16,
      expected: 'UTF-8',
      where: { line: 1, byteOffset: 0 },
      remedy: 'Save the file as UTF-8 and drop it again.',
    });
  }
  const binary = binaryKind(head);
  if (binary !== undefined) {
    return fail({
      code: 'CSV_NOT_CSV',
      message: 'The file is not a CSV.',
      found: binary,
      expected: 'CSV text in UTF-8',
      where: { byteOffset: 0 },
      remedy: 'Export the data as CSV in UTF-8.',
    });
  }
  const nulAt = head.indexOf(0);
  if (nulAt >= 0) {
    const line = countLineFeeds(head.subarray(0, nulAt)) + 1;
    return { faults: [textProblem({ kind: 'nul', byteOffset: nulAt, line, byte: 0 }, file)] };
  }
  const bom = startsWithByteOrderMark(head) ? UTF8_BYTE_ORDER_MARK_LENGTH : 0;
  const text = head.subarray(bom);
  if (text.every((byte) => byte === LINE_FEED || byte === CARRIAGE_RETURN || byte === 0x20 || byte === 0x09)) {
    return fail({
      code: 'CSV_EMPTY_FILE',
      message: 'The file is empty: it has no header.',
      found: `${head.length} bytes`,
      expected: `a header: ${contract.columns.map(headerName).join(contract.source.delimiter)}`,
      where: { line: 1, byteOffset: 0 },
      remedy: 'Drop the whole file again, or remove it from the folder.',
    });
  }
  const dialect = dialectOf(contract.source);
  const record = headerRecord(text, head.length < HEADER_WINDOW_IN_BYTES, dialect);
  if (record === undefined) {
    return fail({
      code: 'CSV_NOT_CSV',
      message: 'The header has no end.',
      found: `no record end in the first ${head.length} bytes`,
      expected: 'a header of CSV text',
      where: { line: 1, byteOffset: 0 },
      remedy: 'Export the data as CSV with one record per line.',
    });
  }
  const bytes = text.subarray(record.start, record.end);
  const line = countLineFeeds(text.subarray(0, record.start)) + 1;
  const check = new TextCheck(bom + record.start, line);
  check.push(bytes);
  const textFault = check.finish();
  if (textFault !== undefined) return fail(textProblem(textFault, file));
  const bareAt = bytes.indexOf(CARRIAGE_RETURN);
  if (record.bareCarriageReturns > 0) {
    return fail({
      code: 'CSV_LINE_END_UNSUPPORTED',
      message: 'The lines end with a bare carriage return.',
      found: 'CR',
      expected: 'LF or CR LF',
      where: { line, byteOffset: bom + record.start + Math.max(0, bareAt) },
      remedy: 'Save the file with LF or CR LF line ends.',
    });
  }
  if (record.brokenQuotes > 0) {
    return fail({
      code: 'CSV_HEADER_QUOTE_BROKEN',
      message: 'A quoted name in the header is followed by other text, or its quote is never closed.',
      found: bytes.toString('utf8', 0, 200),
      expected: 'a delimiter or line end after a closing quote',
      where: { line, byteOffset: bom + record.start },
      remedy: 'Correct the quotes in the header.',
    });
  }
  const names = fieldsOf(text, record.start, record.end, dialect).map((field) => fieldText(text, field, dialect));
  const { columns, faults } = checkColumns(names, contract, { file, line });
  if (faults.length > 0) {
    const markup = columns.length === 0 ? markupKind(text.toString('utf8', 0, 1000)) : undefined;
    if (markup === undefined) return { faults };
    return fail({
      code: 'CSV_NOT_CSV',
      message: 'The file is not a CSV.',
      found: markup,
      expected: `a header: ${contract.columns.map(headerName).join(contract.source.delimiter)}`,
      where: { line },
      remedy: 'Export the data as CSV in UTF-8.',
    });
  }
  const end = record.end + record.lineEndLength;
  return { header: { length: bom + end, firstLine: countLineFeeds(text.subarray(0, end)) + 1, columns } };
}

function headerName(column: ContractColumn): string {
  return column.header ?? column.name;
}

function headerRecord(text: Buffer, atEnd: boolean, dialect: CsvDialect) {
  let header:
    | { start: number; end: number; lineEndLength: number; brokenQuotes: number; bareCarriageReturns: number }
    | undefined;
  visitRecords(text, dialect, atEnd, (record) => {
    header ??= { ...record };
  });
  return header;
}
