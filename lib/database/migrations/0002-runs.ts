import type { Migration } from './migration';

export const runs: Migration = {
  version: 2,
  name: 'runs',
  sql: `
    create table runs (
      run_id      text        primary key,
      instance_id text        not null,
      dataset     text        not null,
      ingest_date date        not null,
      started_at  timestamptz not null default now(),
      finished_at timestamptz,
      status      text        not null check (status in ('running', 'completed', 'failed')),
      summary     jsonb,
      problem     jsonb
    );
    create index runs_by_instance on runs (instance_id, started_at desc);
    create index runs_by_start on runs (started_at desc, run_id);

    create table run_steps (
      run_id text not null references runs on delete cascade,
      step   text not null,
      total  int  not null,
      primary key (run_id, step)
    );
    comment on column run_steps.total is 'Parts that the step works through.';

    create table run_parts (
      run_id      text        not null references runs on delete cascade,
      step        text        not null,
      part        int         not null,
      started_at  timestamptz not null default now(),
      finished_at timestamptz,
      counts      jsonb,
      problem     jsonb,
      primary key (run_id, step, part)
    );
    comment on column run_parts.counts is 'What the part counted: rows, rejected, embedded, reused, deleted ...';
  `,
};
