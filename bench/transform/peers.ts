import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

/** A program that converts the CSV file to Parquet. */
export interface Peer {
  name: string;
  /** Command line without the job's file. Undefined when the peer is not installed. */
  command?: string[];
  /** What to set or install so that the peer is found. */
  absent?: string;
  /** False: does not report faulty records, or stops at the first; not run on files with faults. */
  strict: boolean;
  /** Processes records one by one in JavaScript; only run on small files. */
  slow?: boolean;
}

const here = __dirname;
const sources = path.resolve(__dirname, '../../../bench/transform/peers');

/** Environment variables name the Python interpreters. A peer whose interpreter is not set is skipped and reported. */
export function listPeers(): Peer[] {
  return [
    { name: 'ours', command: node('ours'), strict: true },
    { name: 'DuckDB 1.5, same ranges', command: node('duckDb', 'ranges'), strict: true },
    { name: 'DuckDB 1.5, same ranges, business columns only', command: node('duckDb', 'business'), strict: true },
    { name: 'DuckDB 1.5, whole file', command: node('duckDb', 'whole'), strict: true },
    python('DuckDB 2 (Python), whole file', 'duckdb_python', 'BENCH_PYTHON', true),
    python('Polars', 'polars_peer', 'BENCH_PYTHON', false),
    python('pandas + pyarrow', 'pandas_pyarrow', 'BENCH_PYTHON', false),
    python('PySpark 3.5 local[2]', 'pyspark_peer', 'BENCH_PYSPARK35_PYTHON', false),
    python('PySpark 4 local[2]', 'pyspark_peer', 'BENCH_PYSPARK4_PYTHON', false),
    javaScript('csv-parse + parquetjs', 'parquetjs'),
    javaScript('csv-parse + @dsnp/parquetjs', '@dsnp/parquetjs'),
  ];
}

function node(file: string, ...options: string[]): string[] {
  return [process.execPath, path.join(here, 'peers', `${file}.js`), ...options];
}

function python(name: string, file: string, variable: string, strict: boolean): Peer {
  const interpreter = process.env[variable];
  return interpreter !== undefined && existsSync(interpreter)
    ? { name, command: [interpreter, path.join(sources, `${file}.py`)], strict }
    : { name, absent: `set ${variable} to a Python that has it`, strict };
}

function javaScript(name: string, packageName: string): Peer {
  try {
    createRequire(__filename).resolve(packageName);
    return { name, command: node('csvParse', packageName), strict: true, slow: true };
  } catch {
    return { name, absent: `npm ci installs ${packageName}`, strict: true, slow: true };
  }
}
