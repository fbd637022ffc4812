import type { Database } from '../database/database';

export interface RemovedDocument {
  docId: string;
  /** The older partition whose row is current. */
  date: string;
}

const PAGE_SIZE = 1000;

/**
 * The documents that runs removed from the partition, and of which an older partition has the current row; in pages. Those
 * of runs that failed count too, until a run of the partition has completed. Errors: DATABASE_*.
 */
export async function* removedButCurrent(
  database: Pick<Database, 'query'>,
  { dataset, date }: { dataset: string; date: string },
): AsyncGenerator<RemovedDocument[]> {
  for (let last = ''; ;) {
    const page = await database.query<RemovedDocument>(
      `select doc_id as "docId", current.ingest_date as "date"
       from removed_documents removed join current_documents current using (dataset, doc_id)
       where removed.dataset = $1 and removed.ingest_date = $2 and doc_id > $3 and current.ingest_date < $2
       order by doc_id limit ${PAGE_SIZE}`,
      [dataset, date, last],
    );
    if (page.length > 0) yield page;
    if (page.length < PAGE_SIZE) return;
    last = page.at(-1)?.docId ?? last;
  }
}
