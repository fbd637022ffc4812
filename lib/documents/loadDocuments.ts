import type { DocumentRow } from './document';
import type { CopyValue, Database } from '../database/database';

const COLUMNS = [
  'dataset',
  'ingest_date',
  'doc_id',
  'content_hash',
  'title',
  'author',
  'published_at',
  'category',
  'source_file',
  'record_number',
];
const CHANGEABLE = COLUMNS.slice(3);

/**
 * Copies rows into a stage and merges them: new rows are added, changed rows updated, equal rows left untouched, so that
 * loading twice equals loading once. Returns rows read and rows written.
 */
export async function loadDocuments(
  database: Database,
  rows: AsyncIterable<DocumentRow[]>,
): Promise<{ rows: number; written: number }> {
  return database.transaction(async (session) => {
    await session.query('create temporary table stage (like documents including defaults) on commit drop');
    const count = await session.copyInto('stage', COLUMNS, toCopyRows(rows));
    const list = (of: string[], prefix: string): string => of.map((column) => prefix + column).join(', ');
    const written = await session.query<{ n: number }>(`
      with merged as (
        insert into documents (${COLUMNS.join(', ')}) select ${COLUMNS.join(', ')} from stage
        on conflict (dataset, ingest_date, doc_id) do update
          set (${list(CHANGEABLE, '')}, loaded_at) = (${list(CHANGEABLE, 'excluded.')}, now())
          where (${list(CHANGEABLE, 'documents.')}) is distinct from (${list(CHANGEABLE, 'excluded.')})
        returning 1)
      select count(*) as n from merged`);
    return { rows: count, written: written[0]?.n ?? 0 };
  });
}

async function* toCopyRows(rows: AsyncIterable<DocumentRow[]>): AsyncGenerator<CopyValue[][]> {
  for await (const batch of rows) {
    yield batch.map((row) => [
      row.dataset,
      row.ingestDate,
      row.docId,
      row.contentHash,
      row.title,
      row.author,
      row.publishedAt,
      row.category,
      row.sourceFile,
      row.recordNumber,
    ]);
  }
}

/**
 * Deletes the partition's rows that the lake no longer has. `keys`: docId to contentHash of the whole partition. Call it
 * only when all its parts are loaded. Returns the number of deleted rows.
 */
export async function deleteStaleDocuments(
  database: Database,
  partition: { dataset: string; date: string },
  keys: ReadonlyMap<string, string>,
): Promise<number> {
  return database.transaction(async (session) => {
    await session.query('create temporary table present (doc_id text primary key) on commit drop');
    await session.copyInto('present', ['doc_id'], batchesOf(keys.keys()));
    const deleted = await session.query<{ n: number }>(
      `with gone as (
         delete from documents d where dataset = $1 and ingest_date = $2
           and not exists (select from present where present.doc_id = d.doc_id)
         returning 1)
       select count(*) as n from gone`,
      [partition.dataset, partition.date],
    );
    return deleted[0]?.n ?? 0;
  });
}

async function* batchesOf(values: Iterable<string>): AsyncGenerator<CopyValue[][]> {
  let batch: CopyValue[][] = [];
  for (const value of values) {
    batch.push([value]);
    if (batch.length === 5000) {
      yield batch;
      batch = [];
    }
  }
  yield batch;
}
