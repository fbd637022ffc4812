import type { Migration } from './migration';

export const runRowKeys: Migration = {
  version: 5,
  name: 'run-row-keys',
  sql: `
    create table run_row_keys (
      run_id text not null,
      doc_id text not null,
      primary key (run_id, doc_id)
    );
    comment on table run_row_keys is
      'While a run is under way: the documents that it has loaded. Rows of its partition without one are stale.';
  `,
};
