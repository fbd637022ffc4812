import type { Migration } from './migration';

export const sourceExtracts: Migration = {
  version: 4,
  name: 'source-extracts',
  sql: `
    create table source_extracts (
      dataset      text        not null,
      ingest_date  date        not null,
      run_id       text        not null,
      low          text,
      high         text,
      committed_at timestamptz,
      primary key (dataset, ingest_date)
    );
    comment on table source_extracts is 'For each date of a dataset with a SQL source: which rows it took.';
    comment on column source_extracts.low is 'Watermark over which rows were taken, as text of the source; null: from the start.';
    comment on column source_extracts.high is 'Watermark up to which; null: there were no rows.';
    comment on column source_extracts.committed_at is 'When the rows were in the table: then the next date goes on from high.';
  `,
};
