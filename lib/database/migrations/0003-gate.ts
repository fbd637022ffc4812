import type { Migration } from './migration';

export const gate: Migration = {
  version: 3,
  name: 'gate',
  sql: `
    alter table runs drop constraint runs_status_check;
    alter table runs add constraint runs_status_check check (status in ('running', 'blocked', 'completed', 'failed'));
    alter table runs add column replay_of text;
    comment on column runs.replay_of is 'The execution of the same dataset and date that this one was started to better.';

    create table run_verdicts (
      run_id    text        primary key references runs on delete cascade,
      passed    boolean     not null,
      rules     jsonb       not null,
      omitted   jsonb,
      judged_at timestamptz not null default now(),
      decide_by timestamptz
    );
    comment on column run_verdicts.omitted is 'How many rules, passed and failed, are left out of a very long list.';
    comment on column run_verdicts.decide_by is 'When the gate closed and the run waits: until when.';

    create table run_decisions (
      run_id     text        primary key references run_verdicts on delete cascade,
      decision   text        not null check (decision in ('approve', 'reject')),
      decided_by text        not null check (decided_by in ('api', 'time-out')),
      reason     text        not null,
      decided_at timestamptz not null default now()
    );
    comment on table run_decisions is 'What was decided of a run whose gate closed. The first decision stands.';
  `,
};
