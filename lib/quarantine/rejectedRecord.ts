import type { RecordFaultCode } from '../problems/recordFaultCodes';

/** What is wrong with a record. */
export interface RecordFault {
  code: RecordFaultCode;
  /** Null when the fault is of the record as a whole. */
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
  /** From 0, in the file; in the decoded text of a file that was decoded. */
  byteOffset: number;
  /** As it is in the file, without its line end. Of a record over 32 MiB only the beginning. */
  raw: string;
  more?: RecordFault[];
}
