import type { Migration } from './migration';

export const runContracts: Migration = {
  version: 10,
  name: 'run-contracts',
  sql: `
    alter table runs add column contract jsonb;
    comment on column runs.contract is 'Version and hash of the contract that the run uses. Null: not planned, or before this was recorded.';
  `,
};
