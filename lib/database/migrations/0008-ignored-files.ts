import type { Migration } from './migration';

export const ignoredFiles: Migration = {
  version: 8,
  name: 'ignored-files',
  sql: `
    alter table runs add column ignored jsonb;
    comment on column runs.ignored is 'Files of the date that the run does not use: count, and the first of them with the reason.';
  `,
};
