import type { RecordFault, RejectedRecord } from './rejectedRecord';

/** Further faults of a record that are listed, and bytes of their JSON: a record may have one for each column. */
const MOST_FAULTS = 100;
const MOST_BYTES = 64 * 1024;
/** Characters. A pattern of a contract may be long. */
const LONGEST_TEXT = 1000;

type Faults = RecordFault & Pick<RejectedRecord, 'more' | 'omittedFaults'>;

/** The faults of a record as they are written and shown. `omitted`: faults that were left out before. */
export function boundedFaults([first, ...others]: [RecordFault, ...RecordFault[]], omitted = 0): Faults {
  const more: RecordFault[] = [];
  let bytes = 0;
  for (const fault of others.slice(0, MOST_FAULTS).map(boundedFault)) {
    bytes += Buffer.byteLength(JSON.stringify(fault));
    if (bytes > MOST_BYTES) break;
    more.push(fault);
  }
  const left = others.length - more.length + omitted;
  return { ...boundedFault(first), ...(more.length > 0 ? { more } : {}), ...(left > 0 ? { omittedFaults: left } : {}) };
}

/** Too many groups to store with a rejected record are stored as none: then only callers who may read everything see it. */
export function boundedGroups(groups: string[]): string[] {
  return Buffer.byteLength(JSON.stringify(groups)) > MOST_BYTES ? [] : groups;
}

function boundedFault({ code, column, found, expected }: RecordFault): RecordFault {
  return { code, column: column === null ? null : beginning(column), found, expected: beginning(expected) };
}

function beginning(text: string): string {
  return text.length <= LONGEST_TEXT ? text : `${text.slice(0, LONGEST_TEXT).replace(/[\uD800-\uDBFF]$/, '')}…`;
}
