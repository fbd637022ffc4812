import type { CsvDialect } from '../csv/dialect';
import { locateRecords } from '../csv/locateRecords';
import { boundedFaults, boundedGroups } from '../quarantine/boundedRecord';
import type { RecordFault, RejectedRecord } from '../quarantine/rejectedRecord';
import type { RecordAccess } from './recordAccess';
import type { WriteText } from '../storage/writeProduced';

/** The position and text of a converted record in its source file. */
export interface RecordOrigin extends Pick<RejectedRecord, 'line' | 'byteOffset' | 'raw'> {
  /** Replace the faults of the converted record. */
  faults?: RecordFault[];
}

/** Characters gathered before they are written. */
const WRITE_LENGTH = 1024 * 1024;

/**
 * Writes the faulty records of a range as NDJSON, in file order. For converted records, `originOf` returns the position
 * and text in the source; it is called in file order. `access`: who may read a record.
 */
export async function writeRejectedRecords(
  write: WriteText,
  source: {
    path: string;
    localFile: string;
    offset: number;
    firstLine: number;
    firstRecord: number;
    originOf?: (record: number, raw: string) => Promise<RecordOrigin>;
  },
  dialect: CsvDialect,
  faults: ReadonlyMap<number, RecordFault[]>,
  access?: RecordAccess,
): Promise<void> {
  let gathered = '';
  const flush = async (): Promise<void> => {
    await write(gathered);
    gathered = '';
  };
  await locateRecords(source.localFile, dialect, new Set(faults.keys()), async (locations) => {
    for (const location of locations) {
      const record = source.firstRecord + location.ordinal - 1;
      const origin: RecordOrigin = (await source.originOf?.(record, location.raw)) ?? {
        line: source.firstLine + location.linesBefore,
        byteOffset: source.offset + location.byteOffset,
        raw: location.raw,
      };
      const [first, ...more] = origin.faults ?? faults.get(location.ordinal) ?? [];
      const listed = first === undefined ? {} : boundedFaults([first, ...more]);
      const { line, byteOffset, raw } = origin;
      const rejected = {
        file: source.path,
        record,
        line,
        byteOffset,
        ...listed,
        ...(access
          ? {
              allowedGroups: hasFields(first) ? boundedGroups(access.groupsOf(location.raw)) : [],
              accessColumn: access.column,
            }
          : {}),
        raw,
      };
      gathered += `${JSON.stringify(rejected)}\n`;
      if (gathered.length >= WRITE_LENGTH) await flush();
    }
  });
  if (gathered !== '') await flush();
}

/** With any other fault a field of the record may be part of another one. */
function hasFields(fault: RecordFault | undefined): boolean {
  return fault !== undefined && /^ROW_(?:VALUE|DUPLICATE)_/.test(fault.code);
}
