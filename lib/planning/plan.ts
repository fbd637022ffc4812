/** Ranges in one shard of the plan: activities read one shard, not the whole plan. */
export const RANGES_PER_SHARD = 200;

/** What planning hands on: counts only, so it is as small for 160,000 ranges as for one. */
export interface PlanSummary {
  ranges: number;
  files: number;
  /** Bytes of the files as they were dropped. */
  bytes: number;
  /** Records of the files, headers and blank lines not counted. */
  records: number;
}

/** `plan.json` in staging: what holds for the whole run. */
export interface PlanHeader extends PlanSummary {
  /** Version of the table when the run was planned; -1 when there was none. */
  tableVersion: number;
}

/** `plan-<shard>.json` in staging. Every shard but the last has `RANGES_PER_SHARD` ranges. */
export interface PlanShard {
  files: PlannedFile[];
  ranges: PlannedRange[];
}

export interface PlannedFile {
  /** Path in the raw container: the file as it was dropped, which rows and rejects name. */
  path: string;
  /** Of the content that was planned on. */
  etag: string;
  /** For each field, in the file's order: index of the contract's column. */
  columns: number[];
  /** Path in the staging container of the converted file, when the ranges are of that and not of the file itself. */
  staged?: string;
}

/** A piece of a file from a record's start to a record's end. */
export interface PlannedRange {
  /** Index in the shard's `files`. */
  file: number;
  /** Bytes. */
  offset: number;
  length: number;
  /** 1-based number in the file of the range's first record. */
  firstRecord: number;
  /** 1-based physical line of the range's first byte. */
  firstLine: number;
  records: number;
}

/** Names one range of a plan. */
export interface RangeReference {
  shard: number;
  index: number;
}

/** Number of a range over all shards, which numbers its part. */
export function partNumberOf(range: RangeReference): number {
  return range.shard * RANGES_PER_SHARD + range.index;
}

/** The range, or whatever else is kept in shards of the same size, with that number. */
export function rangeOfPart(part: number): RangeReference {
  return { shard: Math.floor(part / RANGES_PER_SHARD), index: part % RANGES_PER_SHARD };
}
