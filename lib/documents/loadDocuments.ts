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
  'allowed_groups',
  'access_column',
  'source_file',
  'record_number',
];
const CHANGEABLE = COLUMNS.slice(3);

/**
 * Copies rows into a temporary table and merges them: new rows are added, changed rows are updated, equal rows are not
 * touched, so loading twice equals loading once. The row keys are recorded by `runId` for `removeStaleDocuments`. Returns
 * rows read and rows written.
 */
export async function loadDocuments(
  database: Database,
  runId: string,
  rows: AsyncIterable<DocumentRow[]>,
): Promise<{ rows: number; written: number }> {
  return database.transaction(async (session) => {
    await session.query('create temporary table incoming (like documents including defaults) on commit drop');
    const count = await session.copyInto('incoming', COLUMNS, toCopyRows(rows));
    const list = (of: string[], prefix: string): string => of.map((column) => prefix + column).join(', ');
    const written = await session.query<{ n: number }>(
      `with noted as (
        insert into run_row_keys (run_id, doc_id) select $1, doc_id from incoming on conflict do nothing),
      merged as (
        insert into documents (${COLUMNS.join(', ')}) select ${COLUMNS.join(', ')} from incoming
        on conflict (dataset, ingest_date, doc_id) do update
          set (${list(CHANGEABLE, '')}, loaded_at) = (${list(CHANGEABLE, 'excluded.')}, now())
          where (${list(CHANGEABLE, 'documents.')}) is distinct from (${list(CHANGEABLE, 'excluded.')})
        returning 1)
      select count(*) as n from merged`,
      [runId],
    );
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
      row.allowedGroups,
      row.accessColumn,
      row.sourceFile,
      row.recordNumber,
    ]);
  }
}
