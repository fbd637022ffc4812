import type { Database } from '../database/database';
import type { RunKey } from '../runs/runKey';
import type { WatermarkInterval } from './extractSql';
import type { WatermarkOrigin } from './watermarkOrigin';

/** The rows that one date of a dataset extracted from its SQL source. */
export interface Extract extends WatermarkInterval {
  date: string;
  /** The run that extracted it first. */
  runId: string;
  isCommitted: boolean;
  /** Null for a date that was extracted before this was recorded. */
  origin: WatermarkOrigin | null;
}

/** Stores in PostgreSQL which interval of the watermark belongs to which date. Every write may be repeated. */
export interface ExtractStore {
  /** Undefined when the date was never extracted. */
  find(dataset: string, date: string): Promise<Extract | undefined>;
  /** The committed extract of the latest date. */
  latestCommitted(dataset: string): Promise<Extract | undefined>;
  /** Stores the interval of a run in progress. A committed interval does not change. */
  begin(key: RunKey, interval: WatermarkInterval, origin: WatermarkOrigin): Promise<void>;
  /** Call it when the run's rows are in the table: the next date starts after this interval. */
  commit(key: RunKey): Promise<void>;
}

const COLUMNS = 'ingest_date as date, run_id as "runId", low, high, committed_at is not null as "isCommitted", origin';

export function createExtractStore(database: Database): ExtractStore {
  return {
    find: async (dataset, date) => {
      const [found] = await database.query<Extract>(
        `select ${COLUMNS} from source_extracts where dataset = $1 and ingest_date = $2`,
        [dataset, date],
      );
      return found;
    },
    latestCommitted: async (dataset) => {
      const [found] = await database.query<Extract>(
        `select ${COLUMNS} from source_extracts where dataset = $1 and committed_at is not null
         order by ingest_date desc limit 1`,
        [dataset],
      );
      return found;
    },
    begin: async ({ dataset, date, runId }, { low, high }, origin) => {
      await database.query(
        `insert into source_extracts as known (dataset, ingest_date, run_id, low, high, origin)
         values ($1, $2, $3, $4, $5, $6)
         on conflict (dataset, ingest_date) do update
         set run_id = excluded.run_id, low = excluded.low, high = excluded.high, origin = excluded.origin
         where known.committed_at is null`,
        [dataset, date, runId, low, high, JSON.stringify(origin)],
      );
    },
    commit: async ({ dataset, date, runId }) => {
      await database.query(
        `update source_extracts set committed_at = now()
         where dataset = $1 and ingest_date = $2 and run_id = $3 and committed_at is null`,
        [dataset, date, runId],
      );
    },
  };
}
