import type { Migration } from './migration';

export const removedDocuments: Migration = {
  version: 11,
  name: 'removed-documents',
  sql: `
    create table removed_documents (
      dataset text not null,
      ingest_date date not null,
      doc_id text not null,
      primary key (dataset, ingest_date, doc_id)
    );
    comment on table removed_documents is
      'Documents that runs removed from a partition while an older one has them, until a run of the partition has completed: it checks that they are still found.';
  `,
};
