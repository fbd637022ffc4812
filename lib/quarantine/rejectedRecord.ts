import type { RecordFaultCode } from '../problems/recordFaultCodes';

/** A fault of a record. */
export interface RecordFault {
  code: RecordFaultCode;
  /** Null when the fault concerns the whole record. */
  column: string | null;
  /** Null when the value is null. At most 200 characters. */
  found: string | null;
  expected: string;
}

/** One line of a quarantine file. A record with several faults has one line, with the other faults under `more`. */
export interface RejectedRecord extends RecordFault {
  /** Path in the raw container. */
  file: string;
  /** 1-based number in the file, header and blank lines not counted. */
  record: number;
  /** 1-based physical line of its first byte. */
  line: number;
  /** From 0, in the file. For a file that was decoded, in its decoded text. */
  byteOffset: number;
  /**
   * Groups that may read the record; none when they could not be read from it, or are too many to store. Absent: its
   * contract does not limit access.
   */
  allowedGroups?: string[];
  /** Column that the groups were read from. Absent also in records of earlier versions. */
  accessColumn?: string;
  /** Unchanged text without its line end; only the beginning of a record over 32 MiB. */
  raw: string;
  more?: RecordFault[];
  /** Number of faults that are not listed under `more`, because a record lists at most 101. */
  omittedFaults?: number;
}
