import path from 'node:path';
import { dialectOf } from '../csv/dialect';
import { profileRecords } from '../csv/recordProfile';
import { rewriteRecords } from '../csv/rewriteRecords';
import { literal, withDuckDb, type DuckDb, type DuckDbSettings } from '../duckdb/duckdb';
import { errorOfWideTable } from '../duckdb/tooManyColumns';
import { PipelineError } from '../problems/problem';
import { withTemporaryFolder } from '../storage/temporaryFolder';
import { longestLine } from '../transform/recordSource';
import { requireDatasetName } from '../contract/datasetName';
import { readContract } from '../contract/reading/readContract';
import { draftContract, nameColumns } from './draftContract';
import { draftNotes } from './draftNotes';
import { findKey } from './findKey';
import { guessRoles } from './guessRoles';
import { writeAsUtf8 } from './localText';
import { profileColumns } from './profileColumns';
import { contractOfShape, readShape } from './readShape';
import { readAsRun, tryDraft } from './tryDraft';

export interface InferSettings {
  temporaryDirectory: string;
  duckDb: DuckDbSettings;
  /** Default: derived from the file's name. */
  dataset?: string;
}

/** A draft, and what could not be settled from the file. */
export interface ContractDraft {
  yaml: string;
  notes: string[];
}

/**
 * Drafts a contract from a local CSV. It reads all records: a column gets a type that fits every value, and is required when
 * it has no gaps; the smallest key of one to three columns is searched. The draft is run on the file before it is returned,
 * with the checks of a run, so a file that a run would refuse is refused with the same code. Other errors:
 * CONTRACT_INFER_NO_COLUMNS, CONTRACT_INFER_NO_RECORDS, DUCKDB_TOO_MANY_COLUMNS.
 */
export async function inferContract(file: string, settings: InferSettings): Promise<ContractDraft> {
  const name = path.basename(file);
  const dataset = requireDatasetName(settings.dataset ?? datasetOf(name));
  return withTemporaryFolder(settings.temporaryDirectory, async (folder) => {
    const text = path.join(folder, 'text.csv');
    const local = await writeAsUtf8(file, text);
    const { delimiter, header } = await readShape(text, name);
    const { records } = await readAsRun(text, name, contractOfShape(dataset, delimiter, header));
    const profile = await withDuckDb(settings.duckDb, path.join(folder, 'spill'), async (duckDb) => {
      const { table, malformed } = await loadRecords(duckDb, text, { delimiter, columns: header.length, folder });
      const columns = nameColumns(await profileColumns(duckDb, table, header));
      if ((columns[0]?.rows ?? 0) === 0) {
        throw new PipelineError('CONTRACT_INFER_NO_RECORDS', 'The file has no record with a value.', {
          found: `${records} records, ${malformed} of them malformed`,
          where: { file: name },
          remedy: 'Use a file that has data.',
        });
      }
      const key = await findKey(duckDb, table, columns);
      const roles = guessRoles(columns, key.columns) ?? { title: '', text: '' };
      return { ...local, file: name, delimiter, records, columns, key, roles };
    }).catch((error: unknown) => {
      throw errorOfWideTable(error, header.length);
    });
    const contract = readContract(draftContract(dataset, profile, []), `${dataset}.yaml`);
    const trial = await tryDraft(file, contract, folder, settings.duckDb);
    const notes = draftNotes(profile, trial);
    return { yaml: draftContract(dataset, profile, notes), notes };
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

/** Writes all well-formed records with a value to a Parquet file of text columns. The first record is the header. */
async function loadRecords(
  duckDb: DuckDb,
  text: string,
  shape: { delimiter: string; columns: number; folder: string },
): Promise<{ table: string; malformed: number }> {
  const dialect = dialectOf({ delimiter: shape.delimiter, quote: '"' });
  const profile = await profileRecords(text, dialect, shape.columns);
  const file = path.join(shape.folder, 'records.csv');
  let malformed = 0;
  await rewriteRecords(text, file, dialect, shape.columns, () => (malformed += 1));
  const names = Array.from({ length: shape.columns }, (_unused, index) => `c${index}`);
  const longest = longestLine(profile);
  const parquet = literal(path.join(shape.folder, 'records.parquet'));
  await duckDb.run(
    `COPY (SELECT ${names.join(', ')} FROM read_csv(${literal(file)}, auto_detect=false, header=false, parallel=false,
       strict_mode=true, new_line='\\n', delim=${literal(shape.delimiter)}, quote='"', escape='"', nullstr='',
       allow_quoted_nulls=false, max_line_size=${longest}, buffer_size=${Math.max(16 * 1024 * 1024, 2 * longest)},
       columns={'ordinal': 'BIGINT', ${names.map((name) => `'${name}': 'VARCHAR'`).join(', ')}})
     WHERE ordinal > 1 AND (${names.map((name) => `nullif(trim(${name}, ' \t\r\n'), '') IS NOT NULL`).join(' OR ')}))
     TO ${parquet} (FORMAT parquet)`,
  );
  return { table: `read_parquet(${parquet})`, malformed };
}
