import { readFileSync } from 'node:fs';
import { readContract } from '../../lib/contract/reading/readContract';
import type { DataContract } from '../../lib/contract/contract';
import { createEngines } from '../../lib/duckdb/engines';
import type { Lakehouse } from '../../lib/lakehouse/lakehouse';
import { createBlockCache } from '../../lib/storage/blockCache';
import type { ByteRange } from '../../lib/storage/objectStore';
import { contractOf, type Dataset } from './input/datasets';
import { localStore } from './localStore';

/** The job of a peer. Each peer runs in its own process and reads this from a file. */
export interface Job {
  dataset: Dataset;
  /** The CSV file, with its header. */
  file: string;
  /** The same records in files without a header, split like our planning splits them. */
  ranges: JobRange[];
  /** Folder for the Parquet files; empty. */
  output: string;
  /** Query over the whole file, for DuckDB outside of Node. */
  query: string;
}

export interface JobRange extends ByteRange {
  file: string;
  firstRecord: number;
  records: number;
}

/** A peer's last line on stdout. */
export interface PeerResult {
  /** From the first byte read to the last byte written, without the start of the process or session. */
  seconds: number;
  /** Start of a session, where a peer has one. */
  startSeconds?: number;
  /** Processor time of the work, if the peer reports it, without splitting. */
  cpuSeconds?: number;
  /** The part of `seconds` that was spent on splitting into ranges. */
  splitSeconds?: number;
}

export const LANES = 2;
export const RUN = { dataset: '', date: '2026-01-31', runId: 'bench' };
export const MEMORY_LIMIT_IN_MEGABYTES = 1024;
const DUCKDB = { memoryLimitInMegabytes: MEMORY_LIMIT_IN_MEGABYTES };

export function readJob(): Job {
  return JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as Job;
}

export function jobContract(dataset: Dataset): DataContract {
  return readContract(contractOf(dataset), `${dataset.name}.yaml`);
}

/** A lakehouse in a folder, with one dataset. */
export function localLakehouse(folder: string, dataset: Dataset, ranges: JobRange[]): Lakehouse {
  const contract = jobContract(dataset);
  const splitFiles = new Map(ranges.map((range) => [`${range.offset}-${range.length}`, range.file]));
  return {
    store: localStore(folder, ({ offset, length }) => splitFiles.get(`${offset}-${length}`)),
    containers: { raw: 'raw', processed: 'processed', quarantine: 'quarantine', staging: 'staging' },
    contracts: { get: async () => contract, read: async () => contract, names: async () => [dataset.name] },
    temporaryDirectory: `${folder}/temporary`,
    parquetCodec: 'snappy',
    duckDb: DUCKDB,
    engines: createEngines(DUCKDB),
    blocks: createBlockCache({ limitInBytes: 0, temporaryDirectory: folder }),
  };
}

/** Runs `work` for each number below `count`, `LANES` at a time. */
export async function inLanes(count: number, work: (number: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: LANES }, lane));
}

export async function timed(work: () => Promise<unknown>): Promise<{ seconds: number; cpuSeconds: number }> {
  const since = performance.now();
  const cpuSince = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(cpuSince);
  return { seconds: (performance.now() - since) / 1000, cpuSeconds: (user + system) / 1e6 };
}

export function report(result: PeerResult): void {
  console.log(JSON.stringify(result));
}
