import type { LakeContainers, ObjectStore } from '../storage/objectStore';
import { quarantinePrefix } from '../lakehouse/paths';
import type { RunKey } from '../runs/runKey';
import { linesOf } from './lines';
import { readRecord } from './readRecord';
import type { RejectedRecord } from './rejectedRecord';

export interface QuarantineCounts {
  /** Rejected records by the code of their first fault, most frequent first. */
  codes: { code: string; records: number }[];
  /** False when only the first 64 MB were counted. */
  isWhole: boolean;
}

/** Bytes: about one second of reading. */
const MOST_BYTES = 64 * 1024 * 1024;

/** Counts those rejected records of an execution that are visible, by code. Memory: a line and the counts. */
export async function countQuarantine(
  { store, containers: { quarantine } }: { store: ObjectStore; containers: LakeContainers },
  key: RunKey,
  isVisible: (record: RejectedRecord) => boolean,
  mostBytes: number = MOST_BYTES,
): Promise<QuarantineCounts> {
  const counts = new Map<string, number>();
  const result = (isWhole: boolean): QuarantineCounts => ({
    codes: [...counts]
      .map(([code, records]) => ({ code, records }))
      .sort((a, b) => b.records - a.records || (a.code < b.code ? -1 : 1)),
    isWhole,
  });
  let bytes = 0;
  for await (const object of store.list(quarantine, quarantinePrefix(key))) {
    let offset = 0;
    for await (const line of linesOf(store, quarantine, object, 0)) {
      if (bytes > mostBytes) return result(false);
      bytes += line.end - offset;
      offset = line.end;
      const record = readRecord(line.text, line.isWhole);
      if (record && isVisible(record)) counts.set(record.code, (counts.get(record.code) ?? 0) + 1);
    }
  }
  return result(true);
}
