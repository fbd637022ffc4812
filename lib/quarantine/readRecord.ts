import type { RejectedRecord } from './rejectedRecord';

/** A rejected record as it is shown. */
export interface QuarantinedRecord extends RejectedRecord {
  /** True when `raw` is only the record's beginning. */
  isTruncated: boolean;
}

/** Characters of a raw record that are shown. */
export const LONGEST_RAW = 4000;

/**
 * Reads a line of a quarantine file. `line` may be only the beginning of a very long one: then it is the raw record,
 * which stands last, that has no end. Undefined for anything else that is not such a line.
 */
export function readRecord(line: string, isWhole: boolean): QuarantinedRecord | undefined {
  const record = parse(isWhole ? line : closed(line));
  if (record === undefined) return undefined;
  const isTruncated = !isWhole || record.raw.length > LONGEST_RAW;
  return {
    ...record,
    raw: isTruncated ? withoutHalfCharacter(record.raw.slice(0, LONGEST_RAW)) : record.raw,
    isTruncated,
  };
}

function parse(line: string): RejectedRecord | undefined {
  try {
    const value = JSON.parse(line) as Partial<RejectedRecord> | null;
    return typeof value?.code === 'string' && typeof value.raw === 'string' ? (value as RejectedRecord) : undefined;
  } catch {
    return undefined;
  }
}

/** The longest escape is six characters, `\\u001f`: one that the cut fell into is left away. */
function closed(beginning: string): string {
  const tail = /(?<!\\)(?:\\\\)*(\\(?:u[0-9a-f]{0,3})?)$/i.exec(beginning.slice(-64))?.[1] ?? '';
  return `${beginning.slice(0, beginning.length - tail.length)}"}`;
}

/** A cut between the halves of a surrogate pair leaves no character. */
function withoutHalfCharacter(text: string): string {
  return /[\uD800-\uDBFF]$/.test(text) ? text.slice(0, -1) : text;
}
