import type { DataContract } from '../contract/contract';
import type { Lakehouse } from '../lakehouse/lakehouse';
import { readUnreadable } from '../conversion/unreadableRecord';
import { withSourceLines } from '../conversion/sourceLines';
import type { PlannedFile } from '../planning/plan';
import type { RecordOrigin } from './rejectedRecords';

/**
 * Lends what tells where a converted record comes from; undefined where records are told as they stand in what is read: in
 * every CSV. A record of NDJSON is told by its line: one that could not be made into a record has it with it, unless it is
 * long, and any other is looked up in the source. Errors: those of `withSourceLines`.
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
      const aside = readUnreadable(converted, source);
      if (aside === undefined) return find(record);
      const { faults, line, byteOffset, raw } = aside;
      return { faults, line, byteOffset, raw: raw ?? (await find(record)).raw };
    }),
  );
}
