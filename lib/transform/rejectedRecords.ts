import { open } from 'node:fs/promises';
import type { CsvDialect } from '../csv/dialect';
import { locateRecords } from '../csv/locateRecords';
import type { SetAsideRecord } from '../sources/setAsideRecord';
import type { RecordFault } from './findFaults';

/** One line of a quarantine file. A record with several faults stands once, with the others under `more`. */
export interface RejectedRecord extends RecordFault {
  /** Path in the raw container. */
  file: string;
  /** 1-based number in the file, header and blank lines not counted. */
  record: number;
  /** 1-based physical line of its first byte. */
  line: number;
  /** From 0, in the file. */
  byteOffset: number;
  /** As it stands in the file, without its line end; of a record over 32 MiB the beginning. */
  raw: string;
  more?: RecordFault[];
}

/**
 * Writes the faulty records of a range as NDJSON, in file order. `setAside` reads what the staging of the file put in the
 * place of a line that it could not make into a record; such a line is told with its own faults and place.
 */
export async function writeRejectedRecords(
  outputFile: string,
  source: {
    path: string;
    localFile: string;
    offset: number;
    firstLine: number;
    firstRecord: number;
    setAside?: (raw: string) => SetAsideRecord | undefined;
  },
  dialect: CsvDialect,
  faults: ReadonlyMap<number, RecordFault[]>,
): Promise<void> {
  const output = await open(outputFile, 'w');
  try {
    await locateRecords(source.localFile, dialect, new Set(faults.keys()), async (locations) => {
      const lines = locations.map((location) => {
        const aside = source.setAside?.(location.raw);
        const [first, ...more] = aside?.faults ?? faults.get(location.ordinal) ?? [];
        return JSON.stringify({
          file: source.path,
          record: source.firstRecord + location.ordinal - 1,
          line: aside?.line ?? source.firstLine + location.linesBefore,
          byteOffset: aside?.byteOffset ?? source.offset + location.byteOffset,
          ...first,
          ...(more.length > 0 ? { more } : {}),
          raw: aside?.raw ?? location.raw,
        });
      });
      if (lines.length > 0) await output.writeFile(`${lines.join('\n')}\n`);
    });
  } finally {
    await output.close();
  }
}
