import { open } from 'node:fs/promises';
import type { CsvDialect } from '../csv/dialect';
import { locateRecords } from '../csv/locateRecords';
import type { RecordFault } from './findFaults';

/** One line of a quarantine file. A record with several faults stands once, with the others under `more`. */
export interface RejectedRecord extends RecordFault {
  /** Path in the raw container. */
  file: string;
  /** 1-based number in the file, header and blank lines not counted. */
  record: number;
  /** 1-based physical line of its first byte. */
  line: number;
  /** From 0, in the file; of one that was decoded, in its text. */
  byteOffset: number;
  /** As it stands in the file, without its line end; of a record over 32 MiB the beginning. */
  raw: string;
  more?: RecordFault[];
}

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
