import type { RunDetail } from '../../lib/runs/run';
import type { Database } from '../../lib/database/database';
import type { ObjectStore } from '../../lib/storage/objectStore';
import { partitionFolder, rawFolder, tableFolder } from '../../lib/lakehouse/paths';
import type { MeasuredRun } from './rates';

export interface MeasuredStores {
  store: ObjectStore;
  containers: { raw: string; processed: string };
  database: Database;
}

/** The rates of a completed run: its usage, the files of its date, its part of the table, and its rows in PostgreSQL. */
export async function measureRun(
  run: RunDetail,
  embedding: MeasuredRun['embedding'],
  { store, containers, database }: MeasuredStores,
): Promise<MeasuredRun> {
  const { dataset, date, usage, rows, chunks } = run;
  if (run.status !== 'Completed' || !usage || !rows || !chunks) {
    throw new Error(`${run.id} is ${run.status}${usage ? '' : ', and has no usage'}: only a completed run has rates.`);
  }
  if (chunks.reused > 0) {
    throw new Error(
      `${run.id} found ${chunks.reused} chunks in the index: its embedding says little about new documents.`,
    );
  }
  const sourceBytes = await bytesUnder(store, containers.raw, rawFolder(dataset, date));
  const partition = `${tableFolder(dataset)}${partitionFolder(date)}`;
  const parquetBytes = await bytesUnder(store, containers.processed, partition);
  const [size] = await database.query<{ bytes: number }>(
    `select pg_total_relation_size('documents')::float8 / greatest(1, (select count(*) from documents)) as bytes`,
  );
  return {
    dataset,
    embedding,
    sourceBytes,
    rows: rows.lake,
    chunks: chunks.embedded,
    ranges: run.steps.find(({ name }) => name === 'transform')?.total ?? 0,
    parquetBytes,
    databaseBytesPerRow: Math.round(size?.bytes ?? 0),
    wallSeconds: run.seconds,
    steps: usage.steps.map((step) => ({
      step: step.step,
      attempts: step.attempts,
      activeSeconds: rounded(step.activeSeconds),
      processorSeconds: rounded(step.processorSeconds),
      storageReads: step.storageReads,
      storageWrites: step.storageWrites,
      storageLists: step.storageLists,
      storageOthers: step.storageOthers,
      bytesRead: step.bytesRead,
      bytesWritten: step.bytesWritten,
      sqlStatements: step.sqlStatements,
      vectorOperations: step.vectorOperations,
      inputTokens: step.models.reduce((sum, model) => sum + model.inputTokens, 0),
    })),
  };
}

async function bytesUnder(store: ObjectStore, container: string, prefix: string): Promise<number> {
  let bytes = 0;
  for await (const { size } of store.list(container, prefix)) bytes += size;
  return bytes;
}

function rounded(seconds: number): number {
  return Number(seconds.toFixed(3));
}
