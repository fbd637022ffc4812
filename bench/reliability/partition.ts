import { parse } from 'csv-parse/sync';
import type { App } from '../../lib/app';
import { countDocuments } from '../../lib/indexing/countPartition';
import { rowsByStatistics } from '../../lib/delta/fileStatistics';
import { readSnapshot } from '../../lib/delta/deltaLog';
import { partitionFolder, rawFolder, tableFolder } from '../../lib/lakehouse/paths';
import { filePath } from '../../lib/delta/tableSnapshot';
import { countPartition } from '../../lib/documents/documentQueries';
import type { Run } from '../../lib/runs/run';

/** The sample's dataset: its contract is part of the project. */
export const SAMPLE_CONTRACT = 'state-of-the-union';

export interface ExpectedPartition {
  records: number;
  /** The valid rows as texts with all values that the table must have, sorted. */
  rows: string[];
}

const FILES = 5;
const ROWS_PER_FILE = 40;
const HEADER = 'doc_id,title,author,published_at,category,body\n';

/**
 * Writes the files of one partition; `version` changes their content. One row in 200 is malformed. The expected
 * rows are read from the files with csv-parse, which the pipeline does not use.
 */
export async function writePartition(app: App, date: string, version: number): Promise<ExpectedPartition> {
  const expected: ExpectedPartition = { records: 0, rows: [] };
  for (let file = 0; file < FILES; file++) {
    const path = `${rawFolder(SAMPLE_CONTRACT, date)}part-${file}.csv`;
    const content = contentOf(date, file, version);
    const [header = [], ...records] = parse(content, { relax_column_count: true });
    expected.records += records.length;
    records.forEach(([docId, title, author, publishedAt, category, text, ...more], index) => {
      if (text === undefined || more.length > 0) return;
      expected.rows.push(JSON.stringify([docId, title, author, publishedAt, category, text, path, index + 1]));
    });
    if (header.length !== 6) throw new Error(`csv-parse read a header of ${header.length} columns`);
    await app.lakehouse.store.write(app.lakehouse.containers.raw, path, content);
  }
  expected.rows.sort();
  return expected;
}

function contentOf(date: string, file: number, version: number): string {
  let content = HEADER;
  for (let row = 0; row < ROWS_PER_FILE; row++) {
    const id = `d-${date}-${file}-${row}`;
    const text = `"Line one of ${id}.\nLine ""two"", version ${row % 2 ? version : 0}."`;
    const isMalformed = file === 0 && row === version % ROWS_PER_FILE;
    content += isMalformed ? `${id},too,few\n` : `${id},Title ${row},Author ${file},1900-01-01,,${text}\n`;
  }
  return content;
}

/** Reads every store and lists all differences from the files; empty when all agree. */
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
  const count = expected.rows.length;
  hold('status', run.status, 'Completed');
  hold('rows', run.rows, { sql: count, lake: count, source: expected.records, vectors: count });

  found.push(...(await findWrongRows(app, date, expected)));
  hold('rows in PostgreSQL', await countPartition(app.database, partition), { rows: count, current: count });
  hold('documents in Qdrant', await countDocuments(app, partition), count);
  found.push(...(await findOrphans(app, date)));
  return found;
}

/** Differences between the rows of the table and the rows of the files. Compares sorted lists, so it finds duplicates too. */
export async function findWrongRows(app: App, date: string, expected: ExpectedPartition): Promise<string[]> {
  const rows: string[] = [];
  for (const part of await app.lake.parts(SAMPLE_CONTRACT, date)) {
    for await (const batch of app.lake.documents(part, { withText: true })) {
      for (const { docId, title, author, publishedAt, category, text, sourceFile, recordNumber } of batch) {
        rows.push(JSON.stringify([docId, title, author, publishedAt, category ?? '', text, sourceFile, recordNumber]));
      }
    }
  }
  rows.sort();
  const at = rows.findIndex((row, index) => row !== expected.rows[index]);
  if (at === -1 && rows.length === expected.rows.length) return [];
  const first = at === -1 ? rows.length : at;
  return [
    `${date}: ${rows.length} rows of the table, expected ${expected.rows.length}; the first that differs is ` +
      `${rows[first] ?? 'missing'}, expected ${expected.rows[first] ?? 'none'}`,
  ];
}

/** Dates with more or fewer rows than were committed: a run may change only its own date. */
export async function findChangedDates(app: App, expected: ReadonlyMap<string, ExpectedPartition>): Promise<string[]> {
  const found: string[] = [];
  const snapshot = await readSnapshot(app.lakehouse, SAMPLE_CONTRACT);
  const counts = new Map<string, number>();
  for (const file of snapshot?.files.values() ?? []) {
    const date = file.partitionValues['ingest_date'] ?? 'null';
    counts.set(date, (counts.get(date) ?? 0) + (rowsByStatistics(file) ?? 0));
  }
  for (const date of new Set([...counts.keys(), ...expected.keys()])) {
    const [is, was] = [counts.get(date) ?? 0, expected.get(date)?.rows.length ?? 0];
    if (is !== was) found.push(`${date} has ${is} rows, expected ${was}`);
  }
  return found;
}

/** Parts that no version of the table names, and files in staging that no run needs. */
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
  for await (const { path } of store.list(containers.staging, '')) orphans.push(`file left in staging: ${path}`);
  const snapshot = await readSnapshot(app.lakehouse, SAMPLE_CONTRACT);
  if (!snapshot) orphans.push('the table does not exist');
  return orphans;
}
