import path from 'node:path';
import type { DataContract } from '../contract/contract';
import { uniqueColumns } from '../contract/key';
import { dialectOf } from '../csv/dialect';
import { isPlain, profileRecords, type RecordProfile } from '../csv/recordProfile';
import { rewriteRecords, type MalformedRecord } from '../csv/rewriteRecords';
import { literal, type DuckDb } from '../duckdb/duckdb';
import { errorOfWideTable } from '../duckdb/tooManyColumns';
import { PipelineError } from '../problems/problem';
import type { ParquetCodec } from '../lakehouse/paths';
import { draftPart, parquetLayout, type PartDraft } from './draftPart';
import { findValueFaults, RecordFaults } from './findFaults';
import { findRepeated } from './findRepeated';
import { finishPart, type WrittenPart } from './finishPart';
import { plainSource, rewrittenSource, type RecordFile } from './recordSource';

/** Faults are in memory, about 200 bytes each. As many occur only in a file that was not written for its contract. */
const MOST_FAULTY_RECORDS = 1_000_000;

/**
 * Transforms a local file of records into a Parquet part, and returns the faults of every record that is not in it.
 *
 * The engine's CSV reader is used where it is exact, and its result is checked: our own scan counts the records and finds
 * irregular ones. When the reader fails or the file is not plain, the well-formed records are rewritten first. Records that
 * the engine then leaves out of the part are examined separately. So a clean file costs one pass, and other files cost
 * extra only for their faulty records. Errors: DUCKDB_TOO_MANY_COLUMNS; TRANSFORM_FAULTY_FILE for more than `mostFaulty`
 * faulty records.
 */
export async function computePart(
  duckDb: DuckDb,
  contract: DataContract,
  file: RecordFile,
  folder: string,
  codec: ParquetCodec,
  mostFaulty = MOST_FAULTY_RECORDS,
): Promise<{ written: WrittenPart; faults: RecordFaults }> {
  try {
    return await compute(duckDb, contract, file, folder, codec, mostFaulty);
  } catch (error) {
    throw errorOfWideTable(error, contract.columns.length);
  }
}

async function compute(
  duckDb: DuckDb,
  contract: DataContract,
  file: RecordFile,
  folder: string,
  codec: ParquetCodec,
  mostFaulty: number,
): Promise<{ written: WrittenPart; faults: RecordFaults }> {
  const { nullText } = contract.source;
  const profile = await profileRecords(file.path, dialectOf(contract.source), file.columns.length, nullText);
  if (profile.records !== file.records) throw disagreement(file, `${profile.records} records`);
  const layout = parquetLayout(codec, file);
  const faults = new RecordFaults();
  const work = { duckDb, contract, file, folder, profile, faults, mostFaulty };
  let draft = isPlain(profile)
    ? await draftPart(duckDb, contract, file, plainSource(file, contract, profile), folder, layout)
    : undefined;
  if (draft === undefined) {
    const source = await rewrite(work);
    draft = source.records > 0 ? await draftPart(duckDb, contract, file, source, folder, layout) : NOTHING;
  }
  if (draft === undefined) throw disagreement(file, 'another number');
  await explainMissing(work, draft);
  const rejectedRows = draft === NOTHING ? 0 : await rejectRepeated(work, draft);
  const written = await finishPart(duckDb, contract, folder, draft, rejectedRows, layout);
  if (written.rows + faults.size !== file.records) {
    throw disagreement(file, `${written.rows} rows and ${faults.size} rejected`);
  }
  return { written, faults };
}

/** For a file in which every record is malformed: there is no part. */
const NOTHING: PartDraft = { parquetFile: '', summary: { rows: 0, columns: new Map() }, rows: 0, lastIsFaulty: false };

interface Work {
  duckDb: DuckDb;
  contract: DataContract;
  file: RecordFile;
  folder: string;
  profile: RecordProfile;
  faults: RecordFaults;
  mostFaulty: number;
}

/** Writes the well-formed records, or only those in `only`, to another file. */
async function rewrite(work: Work, only?: ReadonlySet<number>) {
  const { contract, file, folder, profile, faults } = work;
  const target = path.join(folder, only === undefined ? 'rewritten.csv' : 'suspects.csv');
  const onMalformed = ({ ordinal, code, found, expected }: MalformedRecord): void => {
    faults.add(ordinal, { code, column: null, found, expected });
    requireFewFaulty(work, faults.size);
  };
  const dialect = dialectOf(contract.source);
  const written = await rewriteRecords(file.path, target, dialect, file.columns.length, onMalformed, only);
  return rewrittenSource(target, file, contract, profile, written);
}

/** Finds the faults of the well-formed records that are not in the draft. */
async function explainMissing(work: Work, draft: PartDraft): Promise<void> {
  const { duckDb, file, faults } = work;
  if (draft.rows + faults.size === file.records) return;
  requireFewFaulty(work, file.records - draft.rows);
  const inDraft =
    draft === NOTHING
      ? 'SELECT 0 AS ordinal'
      : `SELECT record_number - ${file.firstRecord - 1} AS ordinal FROM read_parquet(${literal(draft.parquetFile)})
         WHERE record_number > 0`;
  const rows = await duckDb.rows(
    `SELECT ordinal FROM (SELECT range AS ordinal FROM range(1, ${file.records + 1}))
     ANTI JOIN (${inDraft}) USING (ordinal) ORDER BY ordinal`,
  );
  const missing = new Set(rows.map(([ordinal]) => Number(ordinal)).filter((ordinal) => !faults.has(ordinal)));
  await findValueFaults(duckDb, work.contract, await rewrite(work, missing), faults);
  for (const ordinal of missing) {
    if (!faults.has(ordinal))
      throw disagreement(file, `record ${file.firstRecord + ordinal - 1} missing without a fault`);
  }
}

/** Keeps one of several rows with the same value in a unique column. Fills the table `rejected`; returns its size. */
async function rejectRepeated({ duckDb, contract, file, faults }: Work, draft: PartDraft): Promise<number> {
  await duckDb.run('CREATE OR REPLACE TEMP TABLE rejected (record_number BIGINT)');
  // The last record may be in the draft although it is faulty; its key does not count.
  if (draft.lastIsFaulty) {
    await duckDb.run(
      `INSERT INTO rejected SELECT record_number FROM read_parquet(${literal(draft.parquetFile)}) WHERE record_number < 0`,
    );
  }
  let rejected = draft.lastIsFaulty ? 1 : 0;
  for (const column of uniqueColumns(contract)) {
    const keep = column.isKey ? contract.key?.keep : undefined;
    const repeated = await findRepeated(duckDb, column, keep, draft.parquetFile);
    if (repeated.length === 0) continue;
    for (const { record, fault } of repeated) faults.add(record - file.firstRecord + 1, fault);
    const list = literal(JSON.stringify(repeated.map(({ record }) => record)));
    await duckDb.run(`INSERT INTO rejected SELECT unnest(from_json(${list}, '["BIGINT"]'))`);
    rejected += repeated.length;
  }
  return rejected;
}

function requireFewFaulty({ file, faults, mostFaulty }: Work, faulty: number): void {
  if (faulty <= mostFaulty) return;
  const [first] = faults;
  const example = first ? `; record ${file.firstRecord + first[0] - 1}: ${first[1][0]?.code}` : '';
  throw new PipelineError('TRANSFORM_FAULTY_FILE', 'Hardly any record of the file fits the contract.', {
    found: `more than ${mostFaulty} faulty records of ${file.records}${example}`,
    expected: `at most ${mostFaulty} in a range of the file`,
    where: { file: file.source },
    remedy: 'Compare the file with its contract: the delimiter, the quote, the format of numbers and dates.',
  });
}

function disagreement(file: RecordFile, found: string): PipelineError {
  return new PipelineError('TRANSFORM_RECORDS_LOST', 'Two counts of the records of a range differ.', {
    found,
    expected: `${file.records} records`,
    where: { file: file.source },
    remedy: 'The file changed while it was read, or this is a fault of the pipeline: keep the file and report it.',
  });
}
