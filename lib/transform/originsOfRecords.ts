import type { DataContract } from '../contract/contract';
import type { Lakehouse } from '../lakehouse/lakehouse';
import { readUnreadable } from '../conversion/unreadableRecord';
import { withSourceLines } from '../conversion/sourceLines';
import type { PlannedFile } from '../planning/plan';
import type { RecordOrigin } from './rejectedRecords';

/**
 * Calls `use` with a function that maps a converted record to its line in the source. CSV needs no mapping, so it is
 * undefined there. For NDJSON, a line that could not be converted is part of the converted record, unless it is long; all
 * other lines are looked up in the source. Errors: those of `withSourceLines`.
 */
export async function withOrigins<Result>(
  lakehouse: Lakehouse,
  { source }: DataContract,
  { path, etag, staged }: PlannedFile,
  use: (originOf?: (record: number, raw: string) => Promise<RecordOrigin>) => Promise<Result>,
): Promise<Result> {
  if (source.format !== 'ndjson' || staged === undefined) return use();
  return withSourceLines(lakehouse, { path, etag, staged }, source, (find) =>
    use(async (record, converted) => {
      const unreadable = readUnreadable(converted, source);
      if (unreadable === undefined) return find(record);
      const { faults, line, byteOffset, raw } = unreadable;
      return { faults, line, byteOffset, raw: raw ?? (await find(record)).raw };
    }),
  );
}
