import type { LineStart } from './jsonLines';

/** Where a record of an NDJSON file begins in its decoded text. */
export interface LineIndexPoint extends LineStart {
  /** 1-based number in the file, as in the converted file. */
  record: number;
}

/**
 * Lies beside the converted file: from where a source's lines can be read again. A point every so many bytes, not records, so
 * that as much is read before a line however long the others are; 10 GB have 2,500 points, about 100 KB.
 */
export interface LineIndex {
  /** Bytes of the source file. */
  sourceLength: number;
  /** Of the source's bytes before the text, where they are the text; null where the text has to be decoded. */
  textStart: number | null;
  /** In the file's order; the first is the first record's. None: there is no record. */
  points: LineIndexPoint[];
}

const DEFAULT_STEP = 4 * 1024 * 1024;

export class LineIndexBuilder {
  readonly points: LineIndexPoint[] = [];
  private records = 0;
  private due = 0;

  /** `step`: bytes of text from one point to the next, at least. */
  constructor(private readonly step = DEFAULT_STEP) {}

  /** To be called for every record, in the file's order. */
  add({ line, byteOffset }: LineStart): void {
    this.records += 1;
    if (byteOffset < this.due) return;
    this.points.push({ record: this.records, line, byteOffset });
    this.due = byteOffset + this.step;
  }
}

/** The last point at or before a record; by halves, since it is asked for each of what may be all records of a range. */
export function pointBefore({ points }: Pick<LineIndex, 'points'>, record: number): LineIndexPoint {
  let [low, high] = [0, points.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((points[middle]?.record ?? Infinity) <= record) low = middle + 1;
    else high = middle;
  }
  return points[low - 1] ?? { record: 1, line: 1, byteOffset: 0 };
}

/** In the staging container, for a converted file there. */
export function lineIndexFile(staged: string): string {
  return `${staged}.lines.json`;
}
