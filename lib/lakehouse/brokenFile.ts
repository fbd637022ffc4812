import path from 'node:path';
import { literal, withDuckDb, type DuckDbSettings } from '../duckdb/duckdb';
import { PipelineError } from '../problems/problem';

export interface BrokenFile {
  /** Container and path. */
  file: string;
  dataset: string;
  date: string;
  /** A file of a run under way is written again by a new run only. */
  isStaged?: boolean;
}

/** A Parquet file of ours that the engine cannot read: it was changed after it was written. */
export function brokenFile(
  { file, dataset, date, isStaged }: BrokenFile,
  found: string,
  cause?: unknown,
): PipelineError {
  const again = isStaged === true ? 'Start a new run' : 'Run the date again: start a run';
  return new PipelineError('LAKE_FILE_BROKEN', `A Parquet file of ${dataset} of ${date} is damaged.`, {
    found,
    expected: 'the file as it was written',
    where: { file },
    remedy: `${again} of ${dataset} of ${date}. It writes these files again.`,
    cause,
  });
}

/**
 * The error of work on one Parquet file: LAKE_FILE_BROKEN where the engine failed on it. Errors with a code (memory, disk,
 * store) have another cause, as do those of the operating system.
 */
export function errorOfReading(error: unknown, file: BrokenFile): unknown {
  return isOfEngine(error) ? brokenFile(file, firstLine(error), error) : error;
}

/**
 * The error of work on several Parquet files: each of them is read whole with an engine of its own, and LAKE_FILE_BROKEN
 * names the first that cannot be. Otherwise the error itself, which the statement caused. Takes as long as reading them.
 */
export async function errorOfReadingSome(
  error: unknown,
  settings: DuckDbSettings,
  spillFolder: string,
  files: (BrokenFile & { localFile: string })[],
): Promise<unknown> {
  if (!isOfEngine(error)) return error;
  for (const [index, file] of files.entries()) {
    try {
      await withDuckDb(settings, path.join(spillFolder, `probe-${index}`), (duckDb) =>
        duckDb.rows(`SELECT max(hash(part)) FROM read_parquet(${literal(file.localFile)}) AS part`),
      );
    } catch (failure) {
      return errorOfReading(failure, file);
    }
  }
  return error;
}

function isOfEngine(error: unknown): boolean {
  return !(error instanceof PipelineError) && (error as { code?: unknown } | undefined)?.code === undefined;
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
}
