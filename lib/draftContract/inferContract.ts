import path from 'node:path';
import { dialectOf } from '../csv/dialect';
import { profileRecords } from '../csv/recordProfile';
import { rewriteRecords } from '../csv/rewriteRecords';
import { identifier, literal, withDuckDb, type DuckDb, type DuckDbSettings } from '../duckdb/duckdb';
import { PipelineError } from '../problems/problem';
import { withTemporaryFolder } from '../storage/temporaryFolder';
import { requireDatasetName } from '../contract/datasetName';
import { draftContract, nameColumns } from './draftContract';
import { guessRoles, LONGEST_KEY } from './guessRoles';
import { writeAsUtf8 } from './localText';
import { profileColumn } from './profileColumns';
import { readShape } from './readShape';

export interface InferSettings {
  temporaryDirectory: string;
  duckDb: DuckDbSettings;
  /** Default: derived from the file's name. */
  dataset?: string;
}

/**
 * Drafts a contract from a local CSV. It reads all records: a column gets a type that fits every value, and is required when
 * it has no gaps. The draft is valid and accepts this file. Errors, for files that no contract could accept: CSV_NOT_CSV,
 * CSV_EMPTY_FILE, CSV_HEADER_REPEATED_COLUMN, CONTRACT_INFER_NO_COLUMNS, CONTRACT_INFER_NO_RECORDS,
 * CONTRACT_INFER_NO_KEY.
 */
export async function inferContract(file: string, settings: InferSettings): Promise<string> {
  const name = path.basename(file);
  const dataset = requireDatasetName(settings.dataset ?? datasetOf(name));
  return withTemporaryFolder(settings.temporaryDirectory, async (folder) => {
    const text = path.join(folder, 'text.csv');
    const local = await writeAsUtf8(file, text);
    const { delimiter, header } = await readShape(text, name);
    const dialect = dialectOf({ delimiter, quote: '"' });
    const { records, longestRecord } = await profileRecords(text, dialect, header.length);
    const rewritten = path.join(folder, 'records.csv');
    const { malformed } = await rewriteRecords(text, rewritten, dialect, header.length);
    return withDuckDb(settings.duckDb, path.join(folder, 'spill'), async (duckDb) => {
      const table = await loadRecords(duckDb, rewritten, { delimiter, columns: header.length, longestRecord, folder });
      const profiles = [];
      for (const [index, column] of header.entries()) {
        profiles.push(await profileColumn(duckDb, table, `c${index}`, column));
      }
      const columns = nameColumns(profiles);
      const rows = columns[0]?.rows ?? 0;
      if (rows === 0) {
        throw new PipelineError('CONTRACT_INFER_NO_RECORDS', 'The file has no record with a value.', {
          found: `${records - 1} records, ${malformed.length} of them malformed`,
          where: { file: name },
          remedy: 'Use a file that has data.',
        });
      }
      const roles = guessRoles(columns);
      if (roles === undefined) {
        throw new PipelineError('CONTRACT_INFER_NO_KEY', 'No column of the file could be a key.', {
          found: columns.map(({ header, logicalType }) => `${header} (${logicalType})`).join(', '),
          expected: `a column of texts of at most ${LONGEST_KEY} characters, or of whole numbers`,
          where: { file: name },
          remedy: 'Add a column that identifies each record, for example a number.',
        });
      }
      const key = columns.findIndex((column) => column.name === roles.id);
      const accepted = await distinctKeys(duckDb, table, `c${key}`);
      const found = { ...local, file: name, delimiter, records: records - 1, rejected: records - 1 - accepted };
      return draftContract(dataset, found, columns, roles);
    });
  });
}

/** `Sales Report (2026).csv.gz` gives `sales-report-2026`. */
function datasetOf(file: string): string {
  const plain = file
    .replace(/(?:\.[A-Za-z]{1,5}){1,2}$/, '')
    .normalize('NFKD')
    .replaceAll(/\p{Mark}/gu, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, 63)
    .replaceAll(/^-+|-+$/g, '');
  return plain === '' ? 'dataset' : plain;
}

/** Writes all records with a value to a Parquet file of text columns. The first record is the header and is skipped. */
async function loadRecords(
  duckDb: DuckDb,
  file: string,
  shape: { delimiter: string; columns: number; longestRecord: number; folder: string },
): Promise<string> {
  const names = Array.from({ length: shape.columns }, (_unused, index) => `c${index}`);
  const longest = Math.max(2 * 1024 * 1024, 2 * shape.longestRecord + 1024);
  const parquet = literal(path.join(shape.folder, 'records.parquet'));
  await duckDb.run(
    `COPY (SELECT ${names.join(', ')} FROM read_csv(${literal(file)}, auto_detect=false, header=false, parallel=false,
       strict_mode=true, new_line='\\n', delim=${literal(shape.delimiter)}, quote='"', escape='"', nullstr='',
       allow_quoted_nulls=false, max_line_size=${longest}, buffer_size=${Math.max(16 * 1024 * 1024, 2 * longest)},
       columns={'ordinal': 'BIGINT', ${names.map((name) => `'${name}': 'VARCHAR'`).join(', ')}})
     WHERE ordinal > 1 AND (${names.map((name) => `nullif(trim(${name}, ' \t\r\n'), '') IS NOT NULL`).join(' OR ')}))
     TO ${parquet} (FORMAT parquet)`,
  );
  return `read_parquet(${parquet})`;
}

/** Counts the records that the draft accepts: the first record of each key. */
async function distinctKeys(duckDb: DuckDb, table: string, column: string): Promise<number> {
  const name = identifier(column);
  const [row = []] = await duckDb.rows(
    `SELECT count(DISTINCT ${name}) FROM ${table} WHERE nullif(trim(${name}, ' \t\r\n'), '') IS NOT NULL`,
  );
  return Number(row[0]);
}
