import type { Migration } from './migration';

export const accessColumn: Migration = {
  version: 12,
  name: 'access-column',
  sql: `
    alter table documents add column access_column text;
    comment on column documents.access_column is
      'Column of the contract that allowed_groups was read from. Null: no groups, or loaded before this was recorded.';
    create or replace view current_documents as
      select dataset, ingest_date, doc_id, content_hash, title, author, published_at, category, source_file, record_number,
             loaded_at, allowed_groups, access_column
      from documents
      where not exists (
        select from documents later
        where later.dataset = documents.dataset and later.doc_id = documents.doc_id
          and later.ingest_date > documents.ingest_date);
  `,
};
