import type { Migration } from './migration';

export const access: Migration = {
  version: 6,
  name: 'access',
  sql: `
    create table audit_records (
      id bigint generated always as identity primary key,
      at timestamptz not null default now(),
      caller_id text not null,
      caller_name text not null,
      caller_kind text not null,
      caller_roles text[] not null,
      action text not null,
      subject text not null,
      details jsonb not null,
      request_id text not null,
      finished_at timestamptz,
      outcome text not null default 'under-way' check (outcome in ('under-way', 'done', 'refused', 'failed')),
      code text
    );
    comment on table audit_records is 'Each change that was asked for over the API: who, what, when, and how it ended.';

    alter table runs add column started_by text;
    comment on column runs.started_by is 'Name of the caller, or schedule. Null: before this was recorded.';
    alter table run_decisions drop constraint run_decisions_decided_by_check;
    comment on column run_decisions.decided_by is 'Name of the caller, or time-out; api: before names were recorded.';
  `,
};
