import type { DataContract } from '../contract/contract';
import type { RecordProfile } from '../csv/recordProfile';
import { LONGEST_RECORD_IN_BYTES } from '../csv/recordBlocks';
import { literal } from '../duckdb/duckdb';

/** A local file of records without a header. */
export interface RecordFile {
  path: string;
  /** Path in the raw container, as in each row and in messages. */
  source: string;
  /** For each field, in the file's order: index of the contract's column. */
  columns: number[];
  /** As counted when the run was planned. */
  records: number;
  /** 1-based number of the first record in the whole file. */
  firstRecord: number;
  /** Bytes. */
  length: number;
}

/** Records as the engine can read them. */
export interface RecordSource {
  /** SQL table: `ordinal` (1-based number in the range) and `c<index of the contract's column>`, all text. */
  table: string;
  records: number;
  /** Ordinal of the last one. */
  lastOrdinal: number;
}

/** The range's own file, read by the engine without changes. */
export function plainSource(file: RecordFile, contract: DataContract, profile: RecordProfile): RecordSource {
  // By default the reader uses the first line end of the file, quoted or not. With new_line='\r\n' it reads no record at
  // all (1.5.6), so files with CR LF keep the default: when it is wrong, reading fails and the records are rewritten.
  const lineEnd = profile.carriageReturnLineFeeds > 0 ? '' : LINE_FEED_ENDS;
  return {
    table: `(SELECT ${['row_number() OVER () AS ordinal', '*', ...absentColumns(file, contract)].join(', ')}
      FROM ${readCsv(file.path, file, contract, profile, '', lineEnd)})`,
    records: file.records,
    lastOrdinal: file.records,
  };
}

/** A file that `rewriteRecords` wrote. */
export function rewrittenSource(
  path: string,
  file: RecordFile,
  contract: DataContract,
  profile: RecordProfile,
  written: { records: number; lastOrdinal: number },
): RecordSource {
  const records = readCsv(path, file, contract, profile, "'ordinal': 'BIGINT', ", LINE_FEED_ENDS);
  return { table: `(SELECT ${['*', ...absentColumns(file, contract)].join(', ')} FROM ${records})`, ...written };
}

/** Columns of the contract that the file does not have, as nulls. */
function absentColumns({ columns }: RecordFile, contract: DataContract): string[] {
  const present = new Set(columns);
  return contract.columns.flatMap((_column, index) => (present.has(index) ? [] : [`NULL::VARCHAR AS c${index}`]));
}

const LINE_FEED_ENDS = "new_line='\\n', ";

/** Bytes of the longest line that the engine must be able to read: rewriting may double the length of a record. */
export function longestLine({ longestRecord }: Pick<RecordProfile, 'longestRecord'>): number {
  return Math.max(2 * 1024 * 1024, 2 * Math.min(longestRecord, LONGEST_RECORD_IN_BYTES) + 1024);
}

/** `parallel=false` always: the parallel reader guesses where records start, invents records and loses others. */
function readCsv(
  path: string,
  file: RecordFile,
  contract: DataContract,
  profile: RecordProfile,
  ordinalColumn: string,
  lineEnd: string,
): string {
  const { delimiter, quote, nullText } = contract.source;
  const columns = file.columns.map((column) => `'c${column}': 'VARCHAR'`).join(', ');
  const longest = longestLine(profile);
  return `read_csv(${literal(path)}, auto_detect=false, header=false, parallel=false, strict_mode=true,
    ${lineEnd}delim=${literal(delimiter)}, quote=${literal(quote)}, escape=${literal(quote)},
    nullstr=${literal(nullText)}, allow_quoted_nulls=false,
    max_line_size=${longest}, buffer_size=${Math.max(16 * 1024 * 1024, 2 * longest)},
    columns={${ordinalColumn}${columns}})`;
}
