import { readdirSync } from 'node:fs';
import path from 'node:path';
import { identifier, literal, withDuckDb } from '../../lib/duckdb/duckdb';
import type { Dataset } from './input/datasets';

export interface Fingerprint {
  rows: number;
  /** Hash over all values of all business columns, independent of the order of the rows. */
  hash: string;
  /** Total size of the Parquet files. */
  bytes: number;
}

/** A fingerprint of the content of the Parquet files under a folder. */
export async function fingerprint(folder: string, dataset: Dataset): Promise<Fingerprint> {
  const files = readdirSync(folder, { recursive: true })
    .map(String)
    // Key files for the search for repeated values do not belong to the table.
    .filter((name) => name.endsWith('.parquet') && !name.includes('staging'))
    .map((name) => path.join(folder, name));
  const columns = dataset.columns.map(({ name, type }) => {
    if (type === 'timestamp') return `epoch_ms(${identifier(name)}::TIMESTAMPTZ)`;
    return type === 'integer' ? `${identifier(name)}::BIGINT` : identifier(name);
  });
  const list = `[${files.map(literal).join(', ')}]`;
  return withDuckDb({ memoryLimitInMegabytes: 2048, threads: 2 }, path.join(folder, 'temporary'), async (duckDb) => {
    const [row = []] = await duckDb.rows(
      `SELECT count(*), bit_xor(hash(${columns.join(', ')}))::VARCHAR FROM read_parquet(${list}, hive_partitioning=false)`,
    );
    const [size = []] = await duckDb.rows(`SELECT sum(size) FROM read_blob(${list})`);
    return { rows: Number(row[0]), hash: String(row[1]), bytes: Number(size[0]) };
  });
}
