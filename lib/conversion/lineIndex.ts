import type { LineStart } from './jsonLines';

/** Where a record of an NDJSON file begins in its decoded text. */
export interface LineIndexPoint extends LineStart {
  /** 1-based number in the file, as in the converted file. */
  record: number;
}

/**
 * Positions in the source from which its lines can be read again; stored beside the converted file. Points are a fixed
 * number of bytes apart, not of records, so that finding a line never reads much more than that. 10 GB have 2,500 points,
 * about 100 KB.
 */
export interface LineIndex {
  /** Bytes of the source file. */
  sourceLength: number;
  /** Bytes of the source before its text (a byte order mark); null when the source is compressed or not UTF-8. */
  textStart: number | null;
  /** In the file's order, starting with the first record; empty when the file has no records. */
  points: LineIndexPoint[];
}

const DEFAULT_STEP = 4 * 1024 * 1024;

export class LineIndexBuilder {
  readonly points: LineIndexPoint[] = [];
  private records = 0;
  private due = 0;

  /** `step`: at least so many bytes of text are between two points. */
  constructor(private readonly step = DEFAULT_STEP) {}

  /** Call it for every record, in the file's order. */
  add({ line, byteOffset }: LineStart): void {
    this.records += 1;
    if (byteOffset < this.due) return;
    this.points.push({ record: this.records, line, byteOffset });
    this.due = byteOffset + this.step;
  }
}

/** The last point at or before a record. A binary search, because every record of a range may be looked up. */
export function pointBefore({ points }: Pick<LineIndex, 'points'>, record: number): LineIndexPoint {
  let [low, high] = [0, points.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((points[middle]?.record ?? Infinity) <= record) low = middle + 1;
    else high = middle;
  }
  return points[low - 1] ?? { record: 1, line: 1, byteOffset: 0 };
}

/** Path of the index of a converted file; both are in the staging container. */
export function lineIndexFile(convertedFile: string): string {
  return `${convertedFile}.lines.json`;
}
