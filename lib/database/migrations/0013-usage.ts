import type { Migration } from './migration';

const amounts = `
      seconds               double precision not null,
      active_seconds        double precision not null,
      processor_seconds     double precision not null,
      gigabyte_seconds      double precision not null,
      storage_reads         bigint           not null,
      storage_writes        bigint           not null,
      storage_lists         bigint           not null,
      storage_others        bigint           not null,
      storage_deletes       bigint           not null,
      bytes_read            bigint           not null,
      bytes_written         bigint           not null,
      sql_statements        bigint           not null,
      vector_operations     bigint           not null,
      vector_points_written bigint           not null,
      models                jsonb            not null`;

export const usage: Migration = {
  version: 13,
  name: 'usage',
  sql: `
    create table run_usage (
      id                    bigint           generated always as identity primary key,
      run_id                text             not null references runs on delete cascade,
      step                  text             not null,
      task                  int,
      has_succeeded         boolean          not null,
      at                    timestamptz      not null default now(),${amounts}
    );
    create index run_usage_by_run on run_usage (run_id);
    create index run_usage_by_time on run_usage (at);
    comment on table run_usage is 'What each attempt at a step of a run used; failed attempts are paid too.';

    create table answer_usage (
      id                    bigint           generated always as identity primary key,
      has_succeeded         boolean          not null,
      at                    timestamptz      not null default now(),${amounts}
    );
    create index answer_usage_by_time on answer_usage (at);
    comment on table answer_usage is 'What each answer used, without the question and without who asked.';
    comment on column answer_usage.models is 'A list of {model, isInApp, calls, unreportedCalls, inputTokens, cachedTokens, outputTokens}.';
  `,
};
