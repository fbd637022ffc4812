import { writeFile } from 'node:fs/promises';
import { literal, type DuckDb } from '../duckdb/duckdb';
import type { DeltaAction, MetaData } from './deltaActions';
import { parseAction } from './parseAction';
import { applyAction, emptyState, type TableSnapshot, type TableState } from './tableSnapshot';

const TEXTS = 'MAP(VARCHAR, VARCHAR)';

/** A classic checkpoint: one row for each action, one column for each kind. */
const COLUMNS = {
  txn: 'STRUCT(appId VARCHAR, version BIGINT, lastUpdated BIGINT)',
  add: `STRUCT(path VARCHAR, partitionValues ${TEXTS}, size BIGINT, modificationTime BIGINT, dataChange BOOLEAN,
    tags ${TEXTS}, stats VARCHAR)`,
  remove: `STRUCT(path VARCHAR, deletionTimestamp BIGINT, dataChange BOOLEAN, extendedFileMetadata BOOLEAN,
    partitionValues ${TEXTS}, size BIGINT)`,
  metaData: `STRUCT(id VARCHAR, name VARCHAR, description VARCHAR, format STRUCT(provider VARCHAR, options ${TEXTS}),
    schemaString VARCHAR, partitionColumns VARCHAR[], configuration ${TEXTS}, createdTime BIGINT)`,
  protocol: `STRUCT(minReaderVersion INTEGER, minWriterVersion INTEGER, readerFeatures VARCHAR[],
    writerFeatures VARCHAR[])`,
};

/** A row is of a kind when this field is set: some writers use empty structures where others use null. */
const KEY_FIELDS = { txn: 'appId', add: 'path', remove: 'path', metaData: 'id', protocol: 'minReaderVersion' };

/** Millisecond times; `delta.deletedFileRetentionDuration` is the table's own setting. */
const DEFAULT_TOMBSTONE_RETENTION_IN_DAYS = 7;

/** The actions that result in the snapshot. Tombstones past their retention are left out. */
export function checkpointActions(snapshot: TableSnapshot, now: number): DeltaAction[] {
  const oldest = now - tombstoneRetentionInMilliseconds(snapshot.metaData);
  return [
    { protocol: snapshot.protocol },
    { metaData: snapshot.metaData },
    ...[...snapshot.transactions.values()].map((txn) => ({ txn })),
    // In a checkpoint no action changes data: it describes the current state.
    ...[...snapshot.files.values()].map((add) => ({ add: { ...add, dataChange: false } })),
    ...[...snapshot.tombstones.values()]
      .filter(({ deletionTimestamp }) => (deletionTimestamp ?? 0) > oldest)
      .map((remove) => ({ remove: { ...remove, dataChange: false } })),
  ];
}

function tombstoneRetentionInMilliseconds(metaData: MetaData): number {
  const setting = metaData.configuration['delta.deletedFileRetentionDuration'] ?? '';
  const [, count, unit] = /^\s*(?:interval\s+)?(\d+)\s+(second|minute|hour|day|week)s?\s*$/i.exec(setting) ?? [];
  const seconds = { second: 1, minute: 60, hour: 3600, day: 86_400, week: 604_800 };
  const key = (unit ?? 'day').toLowerCase() as keyof typeof seconds;
  return Number(count ?? DEFAULT_TOMBSTONE_RETENTION_IN_DAYS) * seconds[key] * 1000;
}

/** Writes the actions as Parquet, through a temporary `<target>.ndjson`. */
export async function writeCheckpointFile(duckDb: DuckDb, actions: DeltaAction[], target: string): Promise<void> {
  const lines = `${target}.ndjson`;
  await writeFile(lines, actions.map((action) => `${JSON.stringify(action)}\n`).join(''));
  const columns = Object.entries(COLUMNS).map(([name, type]) => `${name}: ${literal(type)}`);
  await duckDb.run(
    `COPY (SELECT * FROM read_json(${literal(lines)}, format = 'newline_delimited', columns = {${columns.join(', ')}}))
     TO ${literal(target)} (FORMAT parquet, COMPRESSION snappy)`,
  );
}

/**
 * Reads the state from the local files of a checkpoint: one, or several from another writer. LAKE_LOG_BROKEN, which names
 * the checkpoint as `source`.
 */
export async function readCheckpointFiles(
  duckDb: DuckDb,
  files: string[],
  { version, source: checkpoint }: { version: number; source: string },
): Promise<TableState> {
  const source = `read_parquet([${files.map((file) => literal(file)).join(', ')}], union_by_name = true)`;
  const names = await duckDb.rows(`SELECT column_name FROM (DESCRIBE SELECT * FROM ${source})`);
  const known = new Set(names.map(([name]) => String(name)));
  const state = { ...emptyState(), version, checkpoint: version };
  for (const [kind, key] of Object.entries(KEY_FIELDS)) {
    if (!known.has(kind)) continue;
    const rows = duckDb.stream(`SELECT to_json(${kind})::VARCHAR FROM ${source} WHERE ${kind}.${key} IS NOT NULL`, {
      batchRows: 2000,
      batchCharacters: 4_000_000,
    });
    for await (const batch of rows) {
      for (const [text] of batch) {
        const row = JSON.parse(String(text), withoutNull) as CheckpointRow;
        const action = parseAction({ [kind]: withLogFields(row) }, { file: checkpoint });
        if (action !== undefined) applyAction(state, action);
      }
    }
  }
  return state;
}

/** Parquet has a field for everything; in the log an absent one is left out. Only a partition value may be null. */
function withoutNull(this: unknown, key: string, value: unknown): unknown {
  return value === null && key !== 'ingest_date' ? undefined : value;
}

interface CheckpointRow extends Record<string, unknown> {
  stats?: string;
  stats_parsed?: object;
  partitionValues_parsed?: object;
  deletionVector?: object;
}

/** The fields as in a commit. Other writers may keep the statistics as a structure only, and empty structures for null. */
function withLogFields(row: CheckpointRow): object {
  const { stats_parsed: parsed, partitionValues_parsed: _, deletionVector, stats, ...fields } = row;
  const statistics = stats ?? (parsed === undefined ? undefined : JSON.stringify(parsed));
  const hasDeletionVector = deletionVector !== undefined && Object.keys(deletionVector).length > 0;
  return {
    ...fields,
    ...(statistics === undefined ? {} : { stats: statistics }),
    ...(hasDeletionVector ? { deletionVector } : {}),
  };
}
