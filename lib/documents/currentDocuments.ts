import { accessCondition } from './documentAccess';
import { listDocuments } from './documentQueries';
import type { DocumentLookup, DocumentMetadata } from './documentLookup';
import type { Database } from '../database/database';

/** Looks up hits in the current documents. Replaced versions are not found. */
export function createDocumentLookup(database: Database): DocumentLookup {
  return {
    current: (keys, access) => {
      const parameters: unknown[] = [
        keys.map(({ dataset }) => dataset),
        keys.map(({ docId }) => docId),
        keys.map(({ contentHash }) => contentHash),
      ];
      const readable = accessCondition(access, (value) => `$${parameters.push(value)}`);
      return database.query<DocumentMetadata>(
        `select dataset, doc_id as "docId", content_hash as "contentHash", title, author, category,
                to_char(published_at, 'YYYY-MM-DD') as "publishedAt"
         from current_documents
         join unnest($1::text[], $2::text[], $3::text[]) as wanted (dataset, doc_id, content_hash)
           using (dataset, doc_id, content_hash)
         ${readable === undefined ? '' : `where ${readable}`}`,
        parameters,
      );
    },
    exists: async (filters, access) =>
      (await listDocuments(database, filters, access, { limit: 1 })).documents.length > 0,
  };
}
