import type { Migration } from './migration';

export const documentAccess: Migration = {
  version: 7,
  name: 'document-access',
  sql: `
    alter table documents add column allowed_groups text[];
    comment on column documents.allowed_groups is
      'Groups that may read the document, * for every reader. Null: its dataset did not limit access when it was loaded.';
    create or replace view current_documents as
      select dataset, ingest_date, doc_id, content_hash, title, author, published_at, category, source_file, record_number,
             loaded_at, allowed_groups
      from documents
      where not exists (
        select from documents later
        where later.dataset = documents.dataset and later.doc_id = documents.doc_id
          and later.ingest_date > documents.ingest_date);
  `,
};
