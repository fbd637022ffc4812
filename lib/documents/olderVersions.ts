import { untilAborted } from '../concurrency/untilAborted';
import type { Database } from '../database/database';
import { removedButCurrent, type RemovedDocument } from './removedButCurrent';
import type { CommittedPart, DocumentRow, LakeReader } from './document';

/** A partition, for which versions of its documents in older partitions are looked for. */
interface Partition {
  dataset: string;
  /** `yyyy-mm-dd`. */
  date: string;
}

/** What documents are once they are not in a partition any more: their versions in older partitions. */
export interface OlderVersions {
  /** True when PostgreSQL has rows of older partitions of the dataset. */
  exist(partition: Partition): Promise<boolean>;
  /**
   * By document, the date of the row that is current without the partition: documents whose newest other row is of a newer
   * date, or that have none, are left out. At most a few thousand ids.
   */
  datesOf(partition: Partition, docIds: string[]): Promise<Map<string, string>>;
  /** Documents that runs removed from the partition and that an older one has as current, in pages: also of failed runs. */
  removed(partition: Partition): AsyncIterable<RemovedDocument[]>;
  /**
   * The rows of these documents in a partition of the lake, with their texts. Documents that it lacks are left out. When
   * `cancelled` is aborted, its reason is thrown.
   */
  rows(partition: Partition, docIds: ReadonlySet<string>, cancelled: AbortSignal): AsyncIterable<DocumentRow[]>;
}

/** `partsOf`: the parts of a partition, with the roles by which its rows were loaded. Errors: DATABASE_*, LAKE_*. */
export function createOlderVersions(
  database: Pick<Database, 'query'>,
  lake: Pick<LakeReader, 'documents'>,
  partsOf: (partition: Partition) => Promise<CommittedPart[]>,
): OlderVersions {
  return {
    async exist({ dataset, date }) {
      const rows = await database.query('select from documents where dataset = $1 and ingest_date < $2 limit 1', [
        dataset,
        date,
      ]);
      return rows.length > 0;
    },

    async datesOf({ dataset, date }, docIds) {
      const rows = await database.query<{ docId: string; date: string }>(
        `select doc_id as "docId", ingest_date as "date" from (
           select distinct on (doc_id) doc_id, ingest_date
           from documents where dataset = $1 and doc_id = any($3::text[]) and ingest_date <> $2
           order by doc_id, ingest_date desc) as newest
         where ingest_date < $2`,
        [dataset, date, docIds],
      );
      return new Map(rows.map((row) => [row.docId, row.date]));
    },

    removed: (partition) => removedButCurrent(database, partition),

    async *rows(partition, docIds, cancelled) {
      const wanted = (rows: DocumentRow[]): DocumentRow[] => rows.filter(({ docId }) => docIds.has(docId));
      const read = (part: CommittedPart, withText: boolean) =>
        untilAborted(lake.documents(part, { withText }), cancelled);
      for (const part of await partsOf(partition)) {
        // Texts are most of a part, and most parts have none of the documents.
        let hasAny = false;
        for await (const batch of read(part, false)) hasAny ||= wanted(batch).length > 0;
        if (!hasAny) continue;
        for await (const batch of read(part, true)) {
          const rows = wanted(batch);
          if (rows.length > 0) yield rows;
        }
      }
    },
  };
}
