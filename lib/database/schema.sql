-- The schema that lib/database/migrations make. Written by `npm run schema`; not to be edited.

create table answer_usage (
  id bigint not null,
  has_succeeded boolean not null,
  at timestamp with time zone default now() not null,
  seconds double precision not null,
  active_seconds double precision not null,
  processor_seconds double precision not null,
  gigabyte_seconds double precision not null,
  storage_reads bigint not null,
  storage_writes bigint not null,
  storage_lists bigint not null,
  storage_others bigint not null,
  storage_deletes bigint not null,
  bytes_read bigint not null,
  bytes_written bigint not null,
  sql_statements bigint not null,
  vector_operations bigint not null,
  vector_points_written bigint not null,
  models jsonb not null,
  constraint answer_usage_pkey PRIMARY KEY (id)
);

CREATE INDEX answer_usage_by_time ON public.answer_usage USING btree (at);

comment on table answer_usage is 'What each answer used, without the question and without who asked.';

comment on column answer_usage.models is 'A list of {model, isInApp, calls, unreportedCalls, inputTokens, cachedTokens, outputTokens}.';

create table audit_records (
  id bigint not null,
  at timestamp with time zone default now() not null,
  caller_id text not null,
  caller_name text not null,
  caller_kind text not null,
  caller_roles text[] not null,
  action text not null,
  subject text not null,
  details jsonb not null,
  request_id text not null,
  finished_at timestamp with time zone,
  outcome text default 'under-way'::text not null,
  code text,
  constraint audit_records_pkey PRIMARY KEY (id),
  constraint audit_records_outcome_check CHECK ((outcome = ANY (ARRAY['under-way'::text, 'done'::text, 'refused'::text, 'failed'::text])))
);

comment on table audit_records is 'Each change that was asked for over the API: who, what, when, and how it ended.';

create view current_documents as
 SELECT dataset,
    ingest_date,
    doc_id,
    content_hash,
    title,
    author,
    published_at,
    category,
    source_file,
    record_number,
    loaded_at,
    allowed_groups,
    access_column
   FROM documents
  WHERE NOT (EXISTS ( SELECT
           FROM documents later
          WHERE later.dataset = documents.dataset AND later.doc_id = documents.doc_id AND later.ingest_date > documents.ingest_date));

comment on view current_documents is 'Of each document the row of its newest partition: what is searched and served.';

create table documents (
  dataset text not null,
  ingest_date date not null,
  doc_id text not null,
  content_hash text not null,
  title text not null,
  author text,
  published_at timestamp with time zone,
  category text,
  source_file text not null,
  record_number bigint not null,
  loaded_at timestamp with time zone default now() not null,
  allowed_groups text[],
  access_column text,
  constraint documents_pkey PRIMARY KEY (dataset, ingest_date, doc_id)
);

CREATE INDEX documents_by_id ON public.documents USING btree (dataset, doc_id, ingest_date);

CREATE INDEX documents_by_publication ON public.documents USING btree (published_at, dataset, doc_id);

comment on table documents is 'One row for each row of the lake''s tables: mirrors each partition.';

comment on column documents.access_column is 'Column of the contract that allowed_groups was read from. Null: no groups, or loaded before this was recorded.';

comment on column documents.allowed_groups is 'Groups that may read the document, * for every reader. Null: its dataset did not limit access when it was loaded.';

create table removed_documents (
  dataset text not null,
  ingest_date date not null,
  doc_id text not null,
  constraint removed_documents_pkey PRIMARY KEY (dataset, ingest_date, doc_id)
);

comment on table removed_documents is 'Documents that runs removed from a partition while an older one has them, until a run of the partition has completed: it checks that they are still found.';

create table run_cancellations (
  run_id text not null,
  cancelled_by text not null,
  reason text not null,
  cancelled_at timestamp with time zone default now() not null,
  constraint run_cancellations_pkey PRIMARY KEY (run_id),
  constraint run_cancellations_run_id_fkey FOREIGN KEY (run_id) REFERENCES runs(run_id) ON DELETE CASCADE
);

comment on table run_cancellations is 'Who asked to end a run, and why. The steps of the run look here. The first request counts.';

create table run_decisions (
  run_id text not null,
  decision text not null,
  decided_by text not null,
  reason text not null,
  decided_at timestamp with time zone default now() not null,
  constraint run_decisions_pkey PRIMARY KEY (run_id),
  constraint run_decisions_run_id_fkey FOREIGN KEY (run_id) REFERENCES run_verdicts(run_id) ON DELETE CASCADE,
  constraint run_decisions_decision_check CHECK ((decision = ANY (ARRAY['approve'::text, 'reject'::text])))
);

comment on table run_decisions is 'What was decided of a run whose gate closed. The first decision stands.';

comment on column run_decisions.decided_by is 'Name of the caller, or time-out; api: before names were recorded.';

create table run_parts (
  run_id text not null,
  step text not null,
  part integer not null,
  started_at timestamp with time zone default now() not null,
  finished_at timestamp with time zone,
  counts jsonb,
  problem jsonb,
  constraint run_parts_pkey PRIMARY KEY (run_id, step, part),
  constraint run_parts_run_id_fkey FOREIGN KEY (run_id) REFERENCES runs(run_id) ON DELETE CASCADE
);

comment on column run_parts.counts is 'What the part counted: rows, rejected, embedded, reused, deleted ...';

create table run_row_keys (
  run_id text not null,
  doc_id text not null,
  constraint run_row_keys_pkey PRIMARY KEY (run_id, doc_id)
);

comment on table run_row_keys is 'While a run is under way: the documents that it has loaded. Rows of its partition without one are stale.';

create table run_steps (
  run_id text not null,
  step text not null,
  total integer not null,
  constraint run_steps_pkey PRIMARY KEY (run_id, step),
  constraint run_steps_run_id_fkey FOREIGN KEY (run_id) REFERENCES runs(run_id) ON DELETE CASCADE
);

comment on column run_steps.total is 'Parts that the step works through.';

create table run_usage (
  id bigint not null,
  run_id text not null,
  step text not null,
  task integer,
  has_succeeded boolean not null,
  at timestamp with time zone default now() not null,
  seconds double precision not null,
  active_seconds double precision not null,
  processor_seconds double precision not null,
  gigabyte_seconds double precision not null,
  storage_reads bigint not null,
  storage_writes bigint not null,
  storage_lists bigint not null,
  storage_others bigint not null,
  storage_deletes bigint not null,
  bytes_read bigint not null,
  bytes_written bigint not null,
  sql_statements bigint not null,
  vector_operations bigint not null,
  vector_points_written bigint not null,
  models jsonb not null,
  constraint run_usage_pkey PRIMARY KEY (id),
  constraint run_usage_run_id_fkey FOREIGN KEY (run_id) REFERENCES runs(run_id) ON DELETE CASCADE
);

CREATE INDEX run_usage_by_run ON public.run_usage USING btree (run_id);

CREATE INDEX run_usage_by_time ON public.run_usage USING btree (at);

comment on table run_usage is 'What each attempt at a step of a run used; failed attempts are paid too.';

create table run_verdicts (
  run_id text not null,
  passed boolean not null,
  rules jsonb not null,
  omitted jsonb,
  judged_at timestamp with time zone default now() not null,
  decide_by timestamp with time zone,
  constraint run_verdicts_pkey PRIMARY KEY (run_id),
  constraint run_verdicts_run_id_fkey FOREIGN KEY (run_id) REFERENCES runs(run_id) ON DELETE CASCADE
);

comment on column run_verdicts.decide_by is 'When the gate closed and the run waits: until when.';

comment on column run_verdicts.omitted is 'How many rules, passed and failed, are left out of a very long list.';

create table runs (
  run_id text not null,
  instance_id text not null,
  dataset text not null,
  ingest_date date not null,
  started_at timestamp with time zone default now() not null,
  finished_at timestamp with time zone,
  status text not null,
  summary jsonb,
  problem jsonb,
  replay_of text,
  started_by text,
  ignored jsonb,
  contract jsonb,
  constraint runs_pkey PRIMARY KEY (run_id),
  constraint runs_status_check CHECK ((status = ANY (ARRAY['running'::text, 'blocked'::text, 'completed'::text, 'failed'::text, 'cancelled'::text])))
);

CREATE INDEX runs_by_instance ON public.runs USING btree (instance_id, started_at DESC);

CREATE INDEX runs_by_start ON public.runs USING btree (started_at DESC, run_id);

comment on column runs.contract is 'Version and hash of the contract that the run uses. Null: not planned, or before this was recorded.';

comment on column runs.ignored is 'Files of the date that the run does not use: count, and the first of them with the reason.';

comment on column runs.replay_of is 'The execution of the same dataset and date that this one was started to better.';

comment on column runs.started_by is 'Name of the caller, or schedule. Null: before this was recorded.';

create table schema_migrations (
  version integer not null,
  name text not null,
  applied_at timestamp with time zone default now() not null,
  checksum text,
  constraint schema_migrations_pkey PRIMARY KEY (version)
);

create table source_extracts (
  dataset text not null,
  ingest_date date not null,
  run_id text not null,
  low text,
  high text,
  committed_at timestamp with time zone,
  origin jsonb,
  constraint source_extracts_pkey PRIMARY KEY (dataset, ingest_date)
);

comment on table source_extracts is 'For each date of a dataset with a SQL source: which rows it took.';

comment on column source_extracts.committed_at is 'When the rows were in the table: then the next date goes on from high.';

comment on column source_extracts.high is 'Watermark up to which; null: there were no rows.';

comment on column source_extracts.low is 'Watermark over which rows were taken, as text of the source; null: from the start.';

comment on column source_extracts.origin is 'Column and type of the watermarks, and the hash of the query that they were read with. Null: before this was recorded.';
