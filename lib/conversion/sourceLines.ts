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
  /** Etag of the content that was converted. */
  etag: string;
  /** Path of the converted file in the staging container. */
  staged: string;
}

/** A record's unchanged text in the source. */
export interface SourceLine extends LineStart {
  /** Without its line end; truncated to 32 MiB. */
  raw: string;
}

/** Finds a record of the file by its number. Each call must pass a greater number than the call before. */
export type FindLine = (record: number) => Promise<SourceLine>;

/**
 * Calls `use` with a function that finds the lines of a converted file in its source. The source is read only when a line is
 * requested: plain UTF-8 from the nearest point of the index, other encodings once from the start, because they have to be
 * decoded. Memory: a block of the source and one line.
 *
 * Throws CSV_FILE_CHANGED when the source was replaced after its conversion: lines may then be wrong or missing.
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
      // Checked after a failure too: a replaced file is then the reason to report.
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
    const canSkip = this.index.textStart !== null && point.record > (this.reading?.next ?? 0);
    if (this.reading === undefined || canSkip) {
      await this.close();
      await this.open(point);
    }
    for (let found = await this.next(); found !== undefined && found.record <= record; found = await this.next()) {
      const { line, byteOffset } = found;
      if (found.record === record) return { line, byteOffset, raw: lineText(found) };
    }
    throw new Error(`Record ${record} of ${this.path} is not at the position that its conversion recorded.`);
  }

  async close(): Promise<void> {
    // Closes the raw stream too: a decoder that has not started does not close it.
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
