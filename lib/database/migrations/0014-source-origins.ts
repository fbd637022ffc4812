import type { Migration } from './migration';

export const sourceOrigins: Migration = {
  version: 14,
  name: 'source-origins',
  sql: `
    alter table source_extracts add column origin jsonb;
    comment on column source_extracts.origin is 'Column and type of the watermarks, and the hash of the query that they were read with. Null: before this was recorded.';
  `,
};
