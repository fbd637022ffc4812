import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parse } from 'csv-parse/sync';
import { countDocuments } from '../../../lib/indexing/countPartition';
import type { IngestDependencies } from '../../../lib/ingest/dependencies';
import { contractText, type TestLake } from '../lake';
import type { FaultyPlatform } from './faultyPlatform';

/** The contract of the files below: rows with a larger `n` are rejected, and too many of them close the gate. */
export interface Limits {
  version: number;
  maximum: number;
  maxRejectShare: number;
}

export async function writeContract(lake: TestLake, dataset: string, limits: Limits): Promise<void> {
  const text = contractText({ dataset, custom: { maxRejectShare: limits.maxRejectShare } })
    .replace('version: 1.0.0', `version: ${limits.version}.0.0`)
    .replace('maximum: 1000', `maximum: ${limits.maximum}`);
  await writeFile(path.join(lake.contractsFolder, `${dataset}.yaml`), text);
}

const HEADER = 'id,title,n,day,body\n';

/**
 * Writes one or two files with random rows. Some are malformed, some have an `n` that a strict contract rejects, and
 * about half have an id that other dates may have too.
 */
export async function writeFiles(
  lake: TestLake,
  { dataset, date }: { dataset: string; date: string },
  random: () => number,
): Promise<void> {
  for (const file of ['a.csv', 'b.csv']) {
    if (file === 'b.csv' && random() < 0.5) continue;
    let text = HEADER;
    const rows = 1 + Math.floor(random() * 5);
    for (let row = 0; row < rows; row++) {
      const id = `${random() < 0.5 ? 'shared' : date}-${file[0]}-${row}`;
      const body = `"Line one,\nof version ${Math.floor(random() * 3)} of ${id}"`;
      // The first row is always valid: the gate is closed for a partition without rows.
      const isFirst = file === 'a.csv' && row === 0;
      const n = Math.floor(random() * (isFirst ? 300 : 1000));
      const isMalformed = !isFirst && random() < 0.1;
      text += isMalformed ? `${id},too few\n` : `${id},Title ${row},${n},${date},${body}\n`;
    }
    await lake.drop(dataset, date, file, text);
  }
}

/**
 * The texts by document id that the files of the partition must give, read from `raw/` with csv-parse, which the pipeline does
 * not use.
 */
export async function expectedTexts(
  lake: TestLake,
  { dataset, date }: { dataset: string; date: string },
  maximum: number,
): Promise<[string, string][]> {
  const rows: [string, string][] = [];
  for (const file of await lake.paths('raw', `${dataset}/${date}/`)) {
    const content = await lake.store.read(lake.containers.raw, file);
    for (const [id = '', , n, , body] of parse(content, { relax_column_count: true, from: 2 })) {
      if (body !== undefined && Number(n) <= maximum) rows.push([id, body]);
    }
  }
  return rows.sort(byId);
}

/** What the stores have of one partition, each by itself. `dependencies` without faults. */
async function storedDocuments(
  dependencies: IngestDependencies,
  lake: TestLake,
  { dataset, date }: { dataset: string; date: string },
) {
  const documents = await lake.documents(dataset, date);
  const rows = await dependencies.database.query<{ doc_id: string; content_hash: string }>(
    'select doc_id, content_hash from documents where dataset = $1 and ingest_date = $2 order by doc_id collate "C"',
    [dataset, date],
  );
  const points: string[] = [];
  const newer = await documentsOfNewerDates(lake, { dataset, date });
  for await (const page of dependencies.vectors.points({ dataset, date: { on: date } })) {
    for (const { docId, contentHash } of page) points.push(`${docId} ${contentHash}`);
  }
  return {
    texts: documents.map(({ docId, text }): [string, string] => [docId, text]).sort(byId),
    lake: documents.map(({ docId, contentHash }) => `${docId} ${contentHash}`).sort(),
    // Only the newest row of a document is in the index.
    current: documents
      .filter(({ docId }) => !newer.has(docId))
      .map(({ docId, contentHash }) => `${docId} ${contentHash}`)
      .sort(),
    sql: rows.map(({ doc_id: docId, content_hash: hash }) => `${docId} ${hash}`).sort(),
    // Each text is one chunk, so a document that is there twice shows.
    vectors: points.sort(),
    countedVectors: await countDocuments(dependencies, { dataset, date }),
  };
}

async function documentsOfNewerDates(
  lake: TestLake,
  { dataset, date }: { dataset: string; date: string },
): Promise<Set<string>> {
  const dates = (await lake.paths('processed', `${dataset}/`)).map(
    (path) => /ingest_date=([\d-]+)/.exec(path)?.[1] ?? '',
  );
  const newer = new Set<string>();
  for (const other of new Set(dates.filter((found) => found > date))) {
    for (const { docId } of await lake.documents(dataset, other)) newer.add(docId);
  }
  return newer;
}

/** Differences between the stores and the texts that they must have; empty when all agree. */
export async function differences(
  { direct, lake: testLake }: Pick<FaultyPlatform, 'direct' | 'lake'>,
  { dataset, date }: { dataset: string; date: string },
  expected: [string, string][],
): Promise<object[]> {
  const { texts, lake, current, sql, vectors, countedVectors } = await storedDocuments(direct, testLake, {
    dataset,
    date,
  });
  const isSame =
    JSON.stringify(texts) === JSON.stringify(expected) &&
    JSON.stringify(sql) === JSON.stringify(lake) &&
    JSON.stringify(vectors) === JSON.stringify(current) &&
    countedVectors === current.length;
  return isSame ? [] : [{ dataset, date, expected, texts, lake, current, sql, vectors, countedVectors }];
}

function byId([one]: [string, string], [other]: [string, string]): number {
  return one < other ? -1 : 1;
}
