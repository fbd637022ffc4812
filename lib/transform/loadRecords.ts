import path from 'node:path';
import type { DataContract } from '../contract/contract';
import { dialectOf } from '../csv/dialect';
import { isPlain, profileRecords, type RecordProfile } from '../csv/recordProfile';
import { LONGEST_RECORD_IN_BYTES, rewriteRecords, type MalformedRecord } from '../csv/rewriteRecords';
import { literal, type DuckDb } from '../duckdb/duckdb';
import { PipelineError } from '../errors';

/** A local file of records, no header. */
export interface RecordFile {
  path: string;
  /** For messages: path in the raw container. */
  source: string;
  /** For each field, in the file's order: index of the contract's column. */
  columns: number[];
  /** As counted when the run was planned. */
  records: number;
}

/** Name of the loaded table: `ordinal` (1-based number in the file) and `c<index of the contract's column>`, all text. */
export const RECORDS_TABLE = 'records';

/**
 * Loads a file's well-formed records into the engine and returns the malformed ones. The engine's CSV reader is used
 * where it is exact and checked afterwards: it must find as many records as the scan did, and no more blank fields at
 * their ends. Where it fails, or the file is not plain, the records are rewritten first, the malformed ones left out.
 */
export async function loadRecords(
  duckDb: DuckDb,
  file: RecordFile,
  contract: DataContract,
  temporaryFolder: string,
): Promise<MalformedRecord[]> {
  const dialect = dialectOf(contract.source);
  const profile = await profileRecords(file.path, dialect);
  if (profile.records !== file.records) throw disagreement(file, profile.records);
  await duckDb.run(`DROP TABLE IF EXISTS ${RECORDS_TABLE}`);
  if (profile.records > 0 && isPlain(profile) && (await loadPlain(duckDb, file, contract, profile))) return [];

  const rewritten = path.join(temporaryFolder, 'rewritten.csv');
  const { written, malformed } = await rewriteRecords(file.path, rewritten, dialect, file.columns.length);
  const ordinal = "'ordinal': 'BIGINT', ";
  await duckDb.run(`DROP TABLE IF EXISTS ${RECORDS_TABLE}`);
  await duckDb.run(
    `CREATE TEMP TABLE ${RECORDS_TABLE} AS SELECT * FROM ${readCsv(rewritten, contract, file, profile, ordinal)}`,
  );
  const loaded = await countRecords(duckDb);
  if (loaded !== written || written + malformed.length !== file.records) throw disagreement(file, loaded);
  return malformed;
}

/** False when the engine's reader gave up, or its result does not agree with the scan. */
async function loadPlain(
  duckDb: DuckDb,
  file: RecordFile,
  contract: DataContract,
  profile: RecordProfile,
): Promise<boolean> {
  if (profile.longestRecord > LONGEST_RECORD_IN_BYTES) return false;
  try {
    await duckDb.run(
      `CREATE TEMP TABLE ${RECORDS_TABLE} AS
       SELECT row_number() OVER () AS ordinal, * FROM ${readCsv(file.path, contract, file, profile, '')}`,
    );
  } catch (error) {
    // By its text: the engine has one class for all errors.
    const message = String(error);
    if (/CSV/.test(message) && !/Out of Memory/i.test(message)) return false;
    throw error;
  }
  if ((await countRecords(duckDb)) !== profile.records) return false;
  // The reader takes any number of blank fields too many at a record's end; then more of them stand in the file.
  // With a null text of its own a blank field cannot be told from a quoted empty one, which ends in no delimiter.
  if (profile.trailingDelimiters === 0 || contract.source.nullText !== '') return profile.trailingDelimiters === 0;
  return profile.trailingDelimiters === (await countTrailingNulls(duckDb, file));
}

async function countRecords(duckDb: DuckDb): Promise<number> {
  const [row] = await duckDb.rows(`SELECT count(*) FROM ${RECORDS_TABLE}`);
  return Number(row?.[0]);
}

/** Delimiters at the ends of the records, had each the right number of fields. */
async function countTrailingNulls(duckDb: DuckDb, file: RecordFile): Promise<number> {
  // Not the first field: a record of blanks has one delimiter less than fields.
  const count = file.columns
    .slice(1)
    .reduce((inner, column) => `CASE WHEN c${column} IS NULL THEN 1 + ${inner} ELSE 0 END`, '0');
  const [row] = await duckDb.rows(`SELECT coalesce(sum(${count}), 0)::BIGINT FROM ${RECORDS_TABLE}`);
  return Number(row?.[0]);
}

function readCsv(
  path: string,
  contract: DataContract,
  file: RecordFile,
  profile: RecordProfile,
  ordinalColumn: string,
): string {
  const { delimiter, quote, nullText } = contract.source;
  const columns = file.columns.map((column) => `'c${column}': 'VARCHAR'`).join(', ');
  // Left to itself the reader takes the first line end it sees, quoted or not, for the file's. Told '\\r\\n' it reads no
  // record at all (1.5.6), so CR LF is left to itself: where the guess is wrong it fails, and the records are rewritten.
  const lineEnd = profile.carriageReturnLineFeeds > 0 && ordinalColumn === '' ? '' : "new_line='\\n', ";
  // Requoting may double a record.
  const longest = Math.max(2 * 1024 * 1024, 2 * Math.min(profile.longestRecord, LONGEST_RECORD_IN_BYTES) + 1024);
  return `read_csv(${literal(path)}, auto_detect=false, header=false, parallel=false, strict_mode=true,
    ${lineEnd}delim=${literal(delimiter)}, quote=${literal(quote)}, escape=${literal(quote)},
    nullstr=${literal(nullText)}, allow_quoted_nulls=false,
    max_line_size=${longest}, buffer_size=${Math.max(16 * 1024 * 1024, 2 * longest)},
    columns={${ordinalColumn}${columns}})`;
}

function disagreement(file: RecordFile, found: number): PipelineError {
  return new PipelineError(
    'CSV_RECORD_COUNT_MISMATCH',
    'The records of a range were counted twice, with two results.',
    {
      found: `${found} records`,
      expected: `${file.records} records`,
      where: { file: file.source },
      remedy: 'The file changed while it was read, or this is a fault of the pipeline: keep the file and report it.',
    },
  );
}
