import { mkdirSync } from 'node:fs';
import {
  DuckDBInstance,
  DuckDBMapValue,
  quotedString as literal,
  type DuckDBConnection,
  type DuckDBDataChunk,
  type DuckDBValue,
} from '@duckdb/node-api';
import { diskFullLine } from '../problems/diskFull';
import { diskFullError } from '../problems/diskFullError';
import { PipelineError } from '../problems/problem';
import { prepareExactText } from './exactText';
import { tracedDuckDb } from './tracedDuckDb';

export interface DuckDbSettings {
  /** Above this limit the engine spills to its temporary directory, then fails. */
  memoryLimitInMegabytes: number;
  /** Most bytes of spill files of one engine, in megabytes. Without it: what the disk has. */
  spillLimitInMegabytes?: number;
  /** Default 1: an activity computes on one core, the host runs several activities. */
  threads?: number;
}

/** A value that the engine returns. Dates and lists are not included: select them as text. */
export type SqlValue = string | number | bigint | boolean | null;

/** One in-memory engine. Always close it: it holds memory outside the JavaScript heap. */
export interface DuckDb {
  run(sql: string): Promise<void>;
  /** All rows, for small results. */
  rows(sql: string): Promise<SqlValue[][]>;
  /** Rows as they are computed, in batches of at most `batchRows` and about `batchCharacters` of text. */
  stream(sql: string, limits: BatchLimits): AsyncIterable<SqlValue[][]>;
  /** Writes a query's rows to a Parquet file. `options` as in `COPY`. */
  writeParquet(query: string, file: string, options: string): Promise<ParquetSummary>;
  /** Ends the running statement, which then fails; without one it does nothing. May be called at any time before `close`. */
  interrupt(): void;
  close(): void;
}

/** What the engine reports about a file that it wrote, so that the file need not be read back. */
export interface ParquetSummary {
  rows: number;
  columns: ReadonlyMap<string, ColumnSummary>;
}

export interface ColumnSummary {
  nulls: number;
  /** As text in the engine's format, truncated to 256 bytes. Both are absent when a row group has no value. */
  smallest?: string;
  largest?: string;
}

export interface BatchLimits {
  batchRows: number;
  batchCharacters: number;
}

/** Opens an engine whose spill files go to `temporaryDirectory`. It never downloads or loads extensions. */
export async function openDuckDb(settings: DuckDbSettings, temporaryDirectory: string): Promise<DuckDb> {
  mkdirSync(temporaryDirectory, { recursive: true });
  const engine = await openEngine(settings);
  try {
    const duckDb = await engine.connect(temporaryDirectory);
    return {
      ...duckDb,
      close() {
        duckDb.close();
        engine.close();
      },
    };
  } catch (error) {
    engine.close();
    throw error;
  }
}

/** An engine for several connections, one after the other; temporary objects of a connection end with it. */
export interface DuckDbEngine {
  /** Spill files go to `temporaryDirectory`. Fails when the engine has already spilled to another one. */
  connect(temporaryDirectory: string): Promise<DuckDb>;
  close(): void;
}

export async function openEngine(settings: DuckDbSettings): Promise<DuckDbEngine> {
  await prepareExactText();
  const instance = await DuckDBInstance.create(':memory:', {
    threads: String(settings.threads ?? 1),
    memory_limit: `${settings.memoryLimitInMegabytes}MB`,
    preserve_insertion_order: 'true',
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
  });
  return {
    async connect(temporaryDirectory) {
      const connection = await instance.connect();
      try {
        await connection.run(`SET temp_directory = ${literal(temporaryDirectory)}`);
        // Not a setting of the instance: there the engine (1.5) takes the limit and does not keep to it.
        const { spillLimitInMegabytes: spill } = settings;
        if (spill !== undefined) await connection.run(`SET max_temp_directory_size = '${spill}MB'`);
        await connection.run("SET TimeZone = 'UTC'");
      } catch (error) {
        connection.closeSync();
        throw error;
      }
      return tracedDuckDb(connected(settings, connection));
    },
    close: () => instance.closeSync(),
  };
}

function connected(settings: DuckDbSettings, connection: DuckDBConnection): DuckDb {
  return {
    async run(sql) {
      await guard(settings, () => connection.run(sql));
    },
    async rows(sql) {
      const reader = await guard(settings, () => connection.runAndReadAll(sql));
      return reader.getRows() as SqlValue[][];
    },
    async *stream(sql, limits) {
      const result = await guard(settings, () => connection.stream(sql));
      for (;;) {
        const chunk = await guard(settings, () => result.fetchChunk());
        if (chunk === null || chunk.rowCount === 0) return;
        yield* batchesOf(chunk, limits);
      }
    },
    async writeParquet(query, file, options) {
      const copy = `COPY (${query}) TO ${literal(file)} (FORMAT parquet, ${options}, RETURN_STATS)`;
      const reader = await guard(settings, () => connection.runAndReadAll(copy));
      const [row] = reader.getRowObjects();
      return { rows: Number(row?.['count']), columns: summariesOf(row?.['column_statistics']) };
    },
    interrupt: () => connection.interrupt(),
    close: () => connection.closeSync(),
  };
}

/** Opens an engine, uses it and always closes it. */
export async function withDuckDb<T>(
  settings: DuckDbSettings,
  temporaryDirectory: string,
  use: (duckDb: DuckDb) => Promise<T>,
): Promise<T> {
  const duckDb = await openDuckDb(settings, temporaryDirectory);
  try {
    return await use(duckDb);
  } finally {
    duckDb.close();
  }
}

/** Quote a name and a text for SQL. */
export { quotedIdentifier as identifier, quotedString as literal } from '@duckdb/node-api';

/** The engine has one class for all errors. A full disk and too little memory can be fixed, so they get codes. */
async function guard<T>(settings: DuckDbSettings, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const full = diskFullLine(String(cause));
    const { spillLimitInMegabytes: spill } = settings;
    // The engine names this setting only when the limit is reached and not the end of the disk.
    if (spill !== undefined && String(cause).includes('max_temp_directory_size')) {
      throw new PipelineError('DUCKDB_SPILL_LIMIT', 'The query engine needs more temporary disk than its limit.', {
        found: full,
        expected: `at most ${spill} MB`,
        where: { setting: 'DUCKDB_SPILL_MEGABYTES' },
        remedy:
          'Raise the limit, if the temporary disk is larger, or DUCKDB_MEMORY_MEGABYTES, so that less is spilled.',
        cause,
      });
    }
    if (full !== undefined) throw diskFullError("The disk of the query engine's files", { found: full, cause });
    if (!String(cause).includes('Out of Memory')) throw cause;
    throw new PipelineError('DUCKDB_OUT_OF_MEMORY', 'The query engine needs more memory than its limit.', {
      found: String(cause).split('\n')[0],
      expected: `at most ${settings.memoryLimitInMegabytes} MB`,
      where: { setting: 'DUCKDB_MEMORY_MEGABYTES' },
      remedy: 'Raise the limit, or run fewer activities at once.',
      cause,
    });
  }
}

function summariesOf(statistics: DuckDBValue | undefined): Map<string, ColumnSummary> {
  const columns = new Map<string, ColumnSummary>();
  for (const { key, value } of entriesOf(statistics)) {
    const facts = new Map(entriesOf(value).map((fact) => [fact.key, String(fact.value)]));
    // The engine quotes column names as in SQL.
    const name = String(key).slice(1, -1).replaceAll('""', '"');
    columns.set(name, {
      nulls: Number(facts.get('null_count')),
      smallest: facts.get('min'),
      largest: facts.get('max'),
    });
  }
  return columns;
}

function entriesOf(value: DuckDBValue | undefined): { key: DuckDBValue; value: DuckDBValue }[] {
  return value instanceof DuckDBMapValue ? value.entries : [];
}

function* batchesOf(chunk: DuckDBDataChunk, limits: BatchLimits): Generator<SqlValue[][]> {
  let batch: SqlValue[][] = [];
  let characters = 0;
  for (let index = 0; index < chunk.rowCount; index += 1) {
    const row = chunk.getRowValues(index) as SqlValue[];
    batch.push(row);
    for (const value of row) if (typeof value === 'string') characters += value.length;
    if (batch.length >= limits.batchRows || characters >= limits.batchCharacters) {
      yield batch;
      batch = [];
      characters = 0;
    }
  }
  if (batch.length > 0) yield batch;
}
