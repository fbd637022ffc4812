import { cursorInvalid, readCursor, writeCursor } from '../paging/cursor';
import { PipelineError } from '../problems/problem';
import type { LakeContainers, ObjectInfo, ObjectStore } from '../storage/objectStore';
import { quarantinePrefix } from '../lakehouse/paths';
import type { RunKey } from '../runs/runKey';
import { linesOf } from './lines';
import { readRecord, type QuarantinedRecord } from './readRecord';
import type { RejectedRecord } from './rejectedRecord';

export interface QuarantinePage {
  /** The execution that rejected the records. */
  runId: string;
  records: Omit<QuarantinedRecord, 'allowedGroups' | 'accessColumn'>[];
  /** Opaque; null on the last page. A page may have fewer records than requested, even none, without being the last. */
  nextCursor: string | null;
}

interface QuarantineStore {
  store: ObjectStore;
  containers: LakeContainers;
}

interface Position {
  /** Name of the object after the execution's prefix. */
  object: string;
  /** Bytes. */
  offset: number;
}

/** Most bytes of quarantine files that one page reads (a line is always read to its end). */
const MOST_BYTES = 16 * 1024 * 1024;
const LINE_FEED = 0x0a;
/** Characters of raw records and further faults at which a page ends. */
const MOST_CHARACTERS = 1024 * 1024;

/**
 * The visible rejected records of one execution in the order of its parts, page by page: all, or those whose first fault has
 * the code. Memory: the page and one line. Error: CURSOR_INVALID (400).
 */
export async function readQuarantine(
  { store, containers: { quarantine } }: QuarantineStore,
  key: RunKey,
  { cursor, limit, code }: { cursor?: string; limit: number; code?: string },
  isVisible: (record: RejectedRecord) => boolean,
): Promise<QuarantinePage> {
  const prefix = quarantinePrefix(key);
  const start = cursor === undefined ? undefined : readCursor(cursor, positionOf);
  const records: QuarantinePage['records'] = [];
  let bytes = 0;
  let characters = 0;
  for await (const object of store.list(quarantine, prefix)) {
    const name = object.path.slice(prefix.length);
    if (start !== undefined && name < start.object) continue;
    let offset = name === start?.object ? start.offset : 0;
    if (cursor !== undefined && offset > 0) await requireLineStart(store, quarantine, object, offset, cursor);
    for await (const line of linesOf(store, quarantine, object, offset)) {
      if (records.length === limit || bytes > MOST_BYTES || characters > MOST_CHARACTERS) {
        return { runId: key.runId, records, nextCursor: writeCursor([name, offset]) };
      }
      bytes += line.end - offset;
      offset = line.end;
      const record = readRecord(line.text, line.isWhole) ?? unreadable(object);
      if ((code !== undefined && record.code !== code) || !isVisible(record)) continue;
      characters += record.raw.length + JSON.stringify(record.more ?? []).length;
      const { allowedGroups: _groups, accessColumn: _column, ...shown } = record;
      records.push(shown);
    }
  }
  return { runId: key.runId, records, nextCursor: null };
}

/** A position in the middle of a record comes from a changed cursor: the rest of the record is not one. */
async function requireLineStart(
  store: ObjectStore,
  container: string,
  { path, size }: ObjectInfo,
  offset: number,
  cursor: string,
): Promise<void> {
  const before = offset > size ? undefined : await store.read(container, path, { offset: offset - 1, length: 1 });
  if (before?.[0] !== LINE_FEED && offset !== size) throw cursorInvalid(cursor);
}

function unreadable({ path }: ObjectInfo): never {
  throw new PipelineError('QUARANTINE_UNREADABLE', 'A line of a quarantine file is not a rejected record.', {
    expected: 'a JSON object with a code and the raw record',
    where: { file: path },
    remedy: 'The file was changed. Replay the run to write a new one.',
  });
}

function positionOf([object, offset]: unknown[]): Position | undefined {
  if (typeof object !== 'string' || typeof offset !== 'number') return undefined;
  return Number.isSafeInteger(offset) && offset >= 0 ? { object, offset } : undefined;
}
