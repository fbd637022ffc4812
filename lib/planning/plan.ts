/** The result of planning. Only counts, so it is as small for 160,000 ranges as for one. */
export interface PlanSummary {
  ranges: number;
  files: number;
  /** Bytes of the files as they were dropped. */
  bytes: number;
  /** Records of the files, headers and blank lines not counted. */
  records: number;
  /** The contract keeps one record of each key, and there are several parts: after the transform, rows may be dropped. */
  dropsRepeatedKeys?: true;
}

/** `plan.json` in staging: the head of the plan. */
export interface PlanHeader extends PlanSummary {
  /** Version of the table when the run was planned; -1 when there was none. */
  tableVersion: number;
  /** Files with records, and how many of them have each column, by its index in the contract. Absent in older plans. */
  presence?: { files: number; columns: Record<number, number> };
}

export interface PlannedFile {
  /** Path in the raw container: the original file, which rows and rejected records name. */
  path: string;
  /** Of the planned content. */
  etag: string;
  /** For each field, in the file's order: index of the contract's column. */
  columns: number[];
  /** Path of the converted file in the staging container, when the ranges are in that file. */
  staged?: string;
}

/** Record-aligned bytes of a file. Its number in the plan is also the number of the transform's task and of the part. */
export interface PlannedRange {
  file: PlannedFile;
  /** Bytes. */
  offset: number;
  length: number;
  /** 1-based number in the file of the range's first record. */
  firstRecord: number;
  /** 1-based physical line of the range's first byte. */
  firstLine: number;
  records: number;
}
