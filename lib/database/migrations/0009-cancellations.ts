import type { Migration } from './migration';

export const cancellations: Migration = {
  version: 9,
  name: 'cancellations',
  sql: `
    alter table runs drop constraint runs_status_check;
    alter table runs add constraint runs_status_check
      check (status in ('running', 'blocked', 'completed', 'failed', 'cancelled'));

    create table run_cancellations (
      run_id       text        primary key references runs on delete cascade,
      cancelled_by text        not null,
      reason       text        not null,
      cancelled_at timestamptz not null default now()
    );
    comment on table run_cancellations is 'Who asked to end a run, and why. The steps of the run look here. The first request counts.';
  `,
};
