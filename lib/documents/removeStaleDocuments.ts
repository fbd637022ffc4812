import type { Database } from '../database/database';
import { PipelineError } from '../problems/problem';
import { instanceIdOf, type RunKey } from '../runs/runKey';

/**
 * Deletes the partition's rows that the run has not loaded, in one statement. `rows`: the number that its loads counted.
 * When another number is recorded (a part is missing, or the run has ended and its row keys are cleared), nothing is
 * deleted: ROW_KEYS_INCOMPLETE, not retryable. Safe to repeat. Returns the number of deleted rows. Those that an older
 * partition has are recorded for `removedButCurrent`.
 */
export async function removeStaleDocuments(
  database: Pick<Database, 'query'>,
  { dataset, date, runId }: RunKey,
  rows: number,
): Promise<number> {
  const [counts] = await database.query<{ noted: number; deleted: number }>(
    `with noted as (select count(*) as n from run_row_keys where run_id = $3),
     gone as (
       delete from documents d where dataset = $1 and ingest_date = $2
         and (select n from noted) = $4
         and not exists (select from run_row_keys k where k.run_id = $3 and k.doc_id = d.doc_id)
       returning d.doc_id),
     recorded as (
       insert into removed_documents (dataset, ingest_date, doc_id)
       select $1, $2, g.doc_id from gone g
       where exists (
         select from documents older
         where older.dataset = $1 and older.doc_id = g.doc_id and older.ingest_date < $2)
       on conflict do nothing)
     select (select n from noted) as noted, (select count(*) from gone) as deleted`,
    [dataset, date, runId, rows],
  );
  const { noted, deleted } = counts ?? { noted: 0, deleted: 0 };
  if (noted === rows) return deleted;
  throw new PipelineError(
    'ROW_KEYS_INCOMPLETE',
    'Not every row that the run loaded is recorded; nothing was deleted.',
    {
      found: `${noted} documents recorded`,
      expected: `${rows} documents loaded`,
      where: { file: `${dataset}/${date}` },
      remedy: 'Run this dataset and date again.',
    },
  );
}

/**
 * Counts the rows for the planner of PostgreSQL. It does so itself only about a minute after a large load, and meanwhile a query
 * for a few documents may compare all with all.
 */
export async function analyseDocuments(database: Pick<Database, 'query'>): Promise<void> {
  await database.query('analyze documents');
}

/** Clears the row keys of the run and of earlier unfinished runs of its partition. Safe to repeat. */
export async function clearRowKeys(database: Pick<Database, 'query'>, { dataset, date, runId }: RunKey): Promise<void> {
  await database.query(
    `delete from run_row_keys
     where run_id = $1 or run_id in (select run_id from runs where instance_id = $2)`,
    [runId, instanceIdOf(dataset, date)],
  );
}

/** Forgets the documents that runs removed from the partition, when a run of it has completed. Safe to repeat. */
export async function clearRemovedDocuments(
  database: Pick<Database, 'query'>,
  { dataset, date }: Pick<RunKey, 'dataset' | 'date'>,
): Promise<void> {
  await database.query('delete from removed_documents where dataset = $1 and ingest_date = $2', [dataset, date]);
}
