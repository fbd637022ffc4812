import type { SourceOptions } from '../contract/contract';
import type { Lakehouse } from '../lakehouse/lakehouse';
import { readJson } from '../staging/readJson';
import { requireUnchanged } from '../lakehouse/requireUnchanged';
import { isBlank, linesOf, lineText, type JsonLine, type LineStart } from './jsonLines';
import { lineIndexFile, pointBefore, type LineIndex, type LineIndexPoint } from './lineIndex';
import { sourceText } from './sourceText';

/** An NDJSON file that was converted. */
export interface ConvertedNdjson {
  /** In the raw container. */
  path: string;
  /** Of the content that was converted. */
  etag: string;
  /** In the staging container. */
  staged: string;
}

/** A record as it stands in the source. */
export interface SourceLine extends LineStart {
  /** Without its line end; of a line over 32 MiB the beginning. */
  raw: string;
}

/** Finds a record of the file by its number; each number is to be greater than the one before. */
export type FindLine = (record: number) => Promise<SourceLine>;

/**
 * Lends the lines of a converted file's source. Only when one is asked for is anything read: of plain UTF-8 from the nearest
 * point of the index; of any other, which has to be decoded, once from the start. Memory: a block of the source and one line.
 *
 * CSV_FILE_CHANGED: what was read may be of another file, or the lines were not found because it is another.
 */
export async function withSourceLines<Result>(
  lakehouse: Lakehouse,
  file: ConvertedNdjson,
  options: SourceOptions,
  use: (find: FindLine) => Promise<Result>,
): Promise<Result> {
  let lines: SourceLines | undefined;
  try {
    return await use(async (record) => {
      lines ??= await openSourceLines(lakehouse, file, options);
      return lines.find(record);
    });
  } finally {
    if (lines !== undefined) {
      await lines.close();
      // Also when reading failed: a file that was replaced is the reason to tell.
      await requireUnchanged(lakehouse, file);
    }
  }
}

async function openSourceLines(lakehouse: Lakehouse, file: ConvertedNdjson, options: SourceOptions) {
  const { store, containers } = lakehouse;
  const index = await readJson<LineIndex>(store, containers.staging, lineIndexFile(file.staged));
  return new SourceLines(lakehouse, file.path, options, index);
}

class SourceLines {
  private reading:
    { records: AsyncGenerator<SourceRecord, undefined>; raw: AsyncGenerator<Buffer>; next: number } | undefined;

  constructor(
    private readonly lakehouse: Lakehouse,
    private readonly path: string,
    private readonly options: SourceOptions,
    private readonly index: LineIndex,
  ) {}

  async find(record: number): Promise<SourceLine> {
    const point = pointBefore(this.index, record);
    const leaps = this.index.textStart !== null && point.record > (this.reading?.next ?? 0);
    if (this.reading === undefined || leaps) {
      await this.close();
      await this.open(point);
    }
    for (let found = await this.next(); found !== undefined && found.record <= record; found = await this.next()) {
      const { line, byteOffset } = found;
      if (found.record === record) return { line, byteOffset, raw: lineText(found) };
    }
    throw new Error(`Record ${record} of ${this.path} is not where its conversion found it.`);
  }

  async close(): Promise<void> {
    // Also of the raw stream: a decoder may not have begun to read it to the end.
    await this.reading?.records.return(undefined);
    await this.reading?.raw.return(undefined);
    this.reading = undefined;
  }

  private async open(point: LineIndexPoint): Promise<void> {
    const { textStart, sourceLength } = this.index;
    const offset = textStart === null ? 0 : textStart + point.byteOffset;
    const { store, containers } = this.lakehouse;
    const raw = store.stream(containers.raw, this.path, { offset, length: sourceLength - offset });
    const records = recordsOf(textStart === null ? this.decoded(raw, point.byteOffset) : raw, point);
    this.reading = { records, raw, next: point.record };
  }

  private async next(): Promise<SourceRecord | undefined> {
    const next = await this.reading?.records.next();
    if (this.reading === undefined || next === undefined || next.done === true) return undefined;
    this.reading.next = next.value.record + 1;
    return next.value;
  }

  private async *decoded(raw: AsyncIterable<Buffer>, skip: number): AsyncGenerator<Buffer> {
    const { text } = await sourceText(raw, this.path, this.options);
    let rest = skip;
    for await (const block of text) {
      if (rest < block.length) yield block.subarray(rest);
      rest = Math.max(0, rest - block.length);
    }
  }
}

interface SourceRecord extends JsonLine {
  record: number;
}

async function* recordsOf(text: AsyncIterable<Buffer>, point: LineIndexPoint): AsyncGenerator<SourceRecord, undefined> {
  let { record } = point;
  for await (const lines of linesOf(text, point)) {
    for (const line of lines) {
      if (isBlank(line)) continue;
      yield { record, ...line };
      record += 1;
    }
  }
}
