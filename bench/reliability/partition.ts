import type { App } from '../../lib/app';
import { countDocuments } from '../../lib/embedding/countPartition';
import { readSnapshot } from '../../lib/lake/deltaLog';
import { partitionFolder, rawFolder, tableFolder } from '../../lib/lake/paths';
import { filePath } from '../../lib/lake/tableSnapshot';
import { countPartition } from '../../lib/metadata/documentQueries';
import type { Run } from '../../lib/runs/run';

/** The sample's dataset: its contract is there wherever the project is. */
export const SAMPLE_CONTRACT = 'state-of-the-union';

export interface ExpectedPartition {
  records: number;
  /** Ids of the valid rows. */
  documents: string[];
}

const FILES = 5;
const ROWS_PER_FILE = 40;

/** Writes the files of one partition; `version` changes their content. One row in 200 is malformed. */
export async function writePartition(app: App, date: string, version: number): Promise<ExpectedPartition> {
  const documents: string[] = [];
  let records = 0;
  for (let file = 0; file < FILES; file++) {
    let content = 'doc_id,title,author,published_at,category,body\n';
    for (let row = 0; row < ROWS_PER_FILE; row++) {
      const id = `d-${date}-${file}-${row}`;
      records += 1;
      if (file === 0 && row === version % ROWS_PER_FILE) {
        content += `${id},too,few\n`;
        continue;
      }
      documents.push(id);
      content += `${id},Title ${row},Author ${file},1900-01-01,,"Line one of ${id}.\nLine ""two"", version ${row % 2 ? version : 0}."\n`;
    }
    await app.lakehouse.store.write(
      app.config.lake.containers.raw,
      `${rawFolder(SAMPLE_CONTRACT, date)}part-${file}.csv`,
      content,
    );
  }
  return { records, documents };
}

/** Reads every store anew and tells what is not as the files say; empty when all agree. */
export async function findDisagreements(
  app: App,
  date: string,
  expected: ExpectedPartition,
  run: Run,
): Promise<string[]> {
  const found: string[] = [];
  const hold = (what: string, value: unknown, wanted: unknown): void => {
    if (JSON.stringify(value) !== JSON.stringify(wanted)) {
      found.push(`${what} ${JSON.stringify(value)?.slice(0, 200)}, expected ${JSON.stringify(wanted)?.slice(0, 200)}`);
    }
  };
  const partition = { dataset: SAMPLE_CONTRACT, date };
  const count = expected.documents.length;
  hold('status', run.status, 'Completed');
  hold('rows', run.rows, { sql: count, lake: count, source: expected.records, vectors: count });

  const ids: string[] = [];
  for (const part of await app.lake.parts(SAMPLE_CONTRACT, date)) {
    for await (const rows of app.lake.documents(part, { withText: false })) ids.push(...rows.map(({ docId }) => docId));
  }
  hold('rows of the table', ids.sort(), [...expected.documents].sort());
  hold('rows in PostgreSQL', await countPartition(app.database, partition), { rows: count, current: count });
  hold('documents in Qdrant', await countDocuments(app, partition), count);
  found.push(...(await findOrphans(app, date)));
  return found;
}

/** Parts that neither the current version nor an older one names, and staging that no run needs. */
async function findOrphans(app: App, date: string): Promise<string[]> {
  const { store, containers } = app.lakehouse;
  const named = new Set<string>();
  for await (const { path } of store.list(containers.processed, `${tableFolder(SAMPLE_CONTRACT)}_delta_log/`)) {
    if (!path.endsWith('.json')) continue;
    const lines = (await store.read(containers.processed, path)).toString().trim().split('\n');
    for (const line of lines) {
      const { add } = JSON.parse(line) as { add?: { path: string } };
      if (add) named.add(filePath(SAMPLE_CONTRACT, add));
    }
  }
  const orphans: string[] = [];
  const folder = `${tableFolder(SAMPLE_CONTRACT)}${partitionFolder(date)}`;
  for await (const { path } of store.list(containers.processed, folder)) {
    if (!named.has(path)) orphans.push(`orphan part ${path}`);
  }
  for await (const { path } of store.list(containers.staging, '')) orphans.push(`staging left: ${path}`);
  const snapshot = await readSnapshot(app.lakehouse, SAMPLE_CONTRACT);
  if (!snapshot) orphans.push('there is no table');
  return orphans;
}
