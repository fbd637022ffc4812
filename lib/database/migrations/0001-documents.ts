import type { Migration } from './migration';

export const documents: Migration = {
  version: 1,
  name: 'documents',
  sql: `
    create table documents (
      dataset       text        not null,
      ingest_date   date        not null,
      doc_id        text        not null,
      content_hash  text        not null,
      title         text        not null,
      author        text,
      published_at  timestamptz,
      category      text,
      source_file   text        not null,
      record_number bigint      not null,
      loaded_at     timestamptz not null default now(),
      primary key (dataset, ingest_date, doc_id)
    );
    comment on table documents is 'One row for each row of the lake''s tables: mirrors each partition.';
    create index documents_by_id on documents (dataset, doc_id, ingest_date);
    create index documents_by_publication on documents (published_at, dataset, doc_id);

    create view current_documents as
      select * from documents
      where not exists (
        select from documents later
        where later.dataset = documents.dataset
          and later.doc_id = documents.doc_id
          and later.ingest_date > documents.ingest_date
      );
    comment on view current_documents is 'Of each document the row of its newest partition: what is searched and served.';
  `,
};
