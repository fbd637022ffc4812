import { toProblem, PipelineError, type Problem } from '../problems/problem';
import { openDuckDb, type DuckDb, type DuckDbSettings } from '../duckdb/duckdb';
import { confine } from './stagedRows';

/** The first message to the process. */
export interface QueryProcessSettings {
  duckDb: DuckDbSettings;
  /** The only folder whose files the statements can read. */
  folder: string;
  /** For what the engine spills. */
  spillFolder: string;
  /** Statement that makes the table or view of the queries. */
  setUp: string;
}

/** The answer to each further message, which is a query that returns one value. */
export type QueryReply = { value: string | null } | { fault: string } | { problem: Problem } | { memory: number };

// How often the process measures its memory. A query can take about a gigabyte in a second.
const WATCH_EVERY_IN_MILLISECONDS = 10;
/** Megabytes that the engine may use beside the memory that it counts: buffers of readers, the parser, the result. */
const UNCOUNTED = 128;

/**
 * Main of a process that runs the queries of quality rules: the engine's own limit does not count all that a query takes,
 * and a statement cannot always be interrupted, but a process can be ended. It ends itself when it takes too much memory,
 * and when its parent ends.
 */
function main(): void {
  let duckDb: Promise<DuckDb> | undefined;
  process.once('message', (settings: QueryProcessSettings) => {
    duckDb = open(settings);
    // Its failure is the answer to each query.
    duckDb.catch(() => undefined);
    const bound = process.memoryUsage.rss() + (settings.duckDb.memoryLimitInMegabytes + UNCOUNTED) * 1024 * 1024;
    setInterval(() => {
      const used = process.memoryUsage.rss();
      if (used > bound) send({ memory: Math.round(used / 1024 / 1024) }, endAtOnce);
    }, WATCH_EVERY_IN_MILLISECONDS);
    process.on('message', (sql: string) => {
      void answer(duckDb, sql).then((reply) => send(reply));
    });
  });
  process.on('disconnect', endAtOnce);
}

/** `process.exit` waits for a query that is at work. */
function endAtOnce(): void {
  process.kill(process.pid, 'SIGKILL');
}

async function open({ duckDb: settings, folder, spillFolder, setUp }: QueryProcessSettings): Promise<DuckDb> {
  const duckDb = await openDuckDb(settings, spillFolder);
  await duckDb.run(setUp);
  await confine(duckDb, folder);
  return duckDb;
}

async function answer(duckDb: Promise<DuckDb> | undefined, sql: string): Promise<QueryReply> {
  try {
    const [row = []] = (await (await duckDb)?.rows(sql)) ?? [];
    return { value: row[0] === null || row[0] === undefined ? null : String(row[0]) };
  } catch (error) {
    if (error instanceof PipelineError) return { problem: toProblem(error) };
    return { fault: String(error instanceof Error ? error.message : error).split('\n')[0] ?? '' };
  }
}

function send(reply: QueryReply, then?: () => void): void {
  if (process.connected) process.send?.(reply, undefined, {}, () => then?.());
  else then?.();
}

main();
