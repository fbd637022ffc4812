/**
 * Compares the size of Parquet with the CSV that it was made from: for the sample and generated files, by codec.
 * Run: npm run bench:sizes -- [--megabytes 100]
 * Writes sizes.json and sizes.md to bench/output/.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { contractFolder } from '../../lib/contract/contractCatalog';
import { openDuckDb } from '../../lib/duckdb/duckdb';
import type { Lakehouse } from '../../lib/lakehouse/lakehouse';
import { readJson } from '../../lib/staging/readJson';
import { manifestPrefix, type ParquetCodec } from '../../lib/lakehouse/paths';
import { planRun } from '../../lib/planning/planRun';
import { transformRange } from '../../lib/transform/transformRange';
import { SAMPLE_DATASET, stateOfTheUnion } from '../../samples/stateOfTheUnion';
import { DATASETS, type DatasetName } from './input/datasets';
import { generateFile } from './input/generate';
import { localLakehouse, RUN } from './job';

const CODECS: ParquetCodec[] = ['snappy', 'zstd'];
const TECHNICAL = ['source_file', 'record_number', 'content_hash'];
const OUTPUT = path.resolve(__dirname, '../../../bench/output');
const CONTRACTS = path.resolve(__dirname, '../../../samples/contracts');

interface SizeRow {
  file: string;
  bytes: number;
  /** By codec: all columns of the table, and without those that the transform adds. */
  sizes: Record<ParquetCodec, { table: number; business: number }>;
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { megabytes: { type: 'string', default: '100' } } });
  const sample = stateOfTheUnion();
  const rows: SizeRow[] = [
    await measure('the sample, State of the Union addresses', SAMPLE_DATASET, (raw) => {
      for (const { name, content } of sample) writeFileSync(path.join(raw, name), content);
      return sample.reduce((sum, { content }) => sum + Buffer.byteLength(content), 0);
    }),
  ];
  const bytes = Number(values.megabytes) * 1e6;
  for (const name of Object.keys(DATASETS) as DatasetName[]) {
    const generate = (raw: string) => {
      generateFile(name, bytes, path.join(raw, 'input.csv'));
      return bytes;
    };
    rows.push(await measure(`generated: ${DATASETS[name].title}`, name, generate));
  }
  const text = table(rows);
  mkdirSync(OUTPUT, { recursive: true });
  writeFileSync(path.join(OUTPUT, 'sizes.json'), `${JSON.stringify({ bench: 'sizes', rows }, null, 2)}\n`);
  writeFileSync(path.join(OUTPUT, 'sizes.md'), `${text}\n`);
  console.log(text);
}

/** `drop` puts the files into a raw folder and returns their total size in bytes. */
async function measure(file: string, dataset: string, drop: (raw: string) => number): Promise<SizeRow> {
  const folder = mkdtempSync(path.join(tmpdir(), 'pipeline-x-bench-'));
  try {
    const raw = path.join(folder, 'raw', dataset, RUN.date);
    mkdirSync(raw, { recursive: true });
    const bytes = drop(raw);
    const sizes: Partial<SizeRow['sizes']> = {};
    for (const codec of CODECS) sizes[codec] = await sizesOf(folder, dataset, codec);
    return { file, bytes, sizes: sizes as SizeRow['sizes'] };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function sizesOf(
  folder: string,
  dataset: string,
  parquetCodec: ParquetCodec,
): Promise<{ table: number; business: number }> {
  const lakehouse: Lakehouse = { ...localLakehouse(folder, lakehouseDataset(dataset), []), parquetCodec };
  if (dataset === SAMPLE_DATASET) lakehouse.contracts = contractFolder(CONTRACTS);
  const { store, containers } = lakehouse;
  const key = { ...RUN, dataset, runId: parquetCodec };
  const { ranges } = await planRun(lakehouse, key);
  for (let part = 0; part < ranges; part++) await transformRange(lakehouse, key, part);
  const files: string[] = [];
  let table = 0;
  for await (const { path: manifest } of store.list(containers.staging, manifestPrefix(key))) {
    const { add } = await readJson<{ add: { path: string; size: number } | null }>(store, containers.staging, manifest);
    if (add === null) continue;
    table += add.size;
    files.push(path.join(folder, containers.processed, dataset, decodeURI(add.path)));
  }
  return { table, business: table - (await technicalBytes(files, path.join(folder, 'temporary'))) };
}

/** Bytes in the files of the columns that the transform adds. */
async function technicalBytes(files: string[], temporaryDirectory: string): Promise<number> {
  const duckDb = await openDuckDb({ memoryLimitInMegabytes: 512 }, temporaryDirectory);
  try {
    const list = (texts: string[]) => texts.map((text) => `'${text}'`).join(', ');
    const [row] = await duckDb.rows(
      `SELECT sum(total_compressed_size)::BIGINT FROM parquet_metadata([${list(files)}])
       WHERE path_in_schema IN (${list(TECHNICAL)})`,
    );
    return Number(row?.[0]);
  } finally {
    duckDb.close();
  }
}

function lakehouseDataset(name: string) {
  return DATASETS[name === SAMPLE_DATASET ? 'documents' : (name as DatasetName)];
}

function table(rows: SizeRow[]): string {
  const share = (part: number, whole: number) => `${((100 * part) / whole).toFixed(1)} %`;
  const lines = rows.map(({ file, bytes, sizes: { snappy, zstd } }) => [
    file,
    `${(bytes / 1e6).toFixed(1)} MB`,
    share(snappy.business, bytes),
    share(snappy.table, bytes),
    share(zstd.business, bytes),
    share(zstd.table, bytes),
  ]);
  return [
    ['CSV', 'size', 'Snappy, its columns', 'Snappy, the table', 'Zstandard, its columns', 'Zstandard, the table'],
    ['---', '---:', '---:', '---:', '---:', '---:'],
    ...lines,
  ]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
