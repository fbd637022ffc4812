import { open } from 'node:fs/promises';
import type { CsvDialect } from '../csv/dialect';
import { locateRecords } from '../csv/locateRecords';
import type { RecordFault, RejectedRecord } from '../quarantine/rejectedRecord';

/** Where a record of a converted file stands in the file that was dropped, and how. */
export interface RecordOrigin extends Pick<RejectedRecord, 'line' | 'byteOffset' | 'raw'> {
  /** In place of those that the converted record has. */
  faults?: RecordFault[];
}

/** Characters gathered before they are written. */
const WRITE_LENGTH = 1024 * 1024;

/**
 * Writes the faulty records of a range as NDJSON, in file order. `originOf` is asked, in that order, where a record comes from
 * that is not to be told as it stands in the range.
 */
export async function writeRejectedRecords(
  outputFile: string,
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
): Promise<void> {
  const output = await open(outputFile, 'w');
  let gathered = '';
  const flush = async (): Promise<void> => {
    await output.writeFile(gathered);
    gathered = '';
  };
  try {
    await locateRecords(source.localFile, dialect, new Set(faults.keys()), async (locations) => {
      for (const location of locations) {
        const record = source.firstRecord + location.ordinal - 1;
        const origin: RecordOrigin = (await source.originOf?.(record, location.raw)) ?? {
          line: source.firstLine + location.linesBefore,
          byteOffset: source.offset + location.byteOffset,
          raw: location.raw,
        };
        const [first, ...more] = origin.faults ?? faults.get(location.ordinal) ?? [];
        const { line, byteOffset, raw } = origin;
        const rejected = { file: source.path, record, line, byteOffset, ...first };
        gathered += `${JSON.stringify({ ...rejected, ...(more.length > 0 ? { more } : {}), raw })}\n`;
        if (gathered.length >= WRITE_LENGTH) await flush();
      }
    });
    await flush();
  } finally {
    await output.close();
  }
}
