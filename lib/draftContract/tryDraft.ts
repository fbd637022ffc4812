import { createReadStream, createWriteStream } from 'node:fs';
import { stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { DataContract } from '../contract/contract';
import { needsConversion } from '../conversion/convertSource';
import { sourceText } from '../conversion/sourceText';
import { dialectOf } from '../csv/dialect';
import { HEADER_WINDOW_IN_BYTES, readHeader, type CsvHeader } from '../csv/header';
import { withDuckDb, type DuckDbSettings } from '../duckdb/duckdb';
import { FileFaults } from '../planning/fileFaults';
import { splitFile } from '../planning/splitFile';
import { computePart } from '../transform/computePart';
import { readHead } from './localText';

/** What a run of a contract does with a file. */
export interface Trial {
  records: number;
  rows: number;
  /** Rejected and dropped records, by the code of their first fault. */
  codes: Map<string, number>;
}

/**
 * Reads a local file as a run with this contract would: decompressed and decoded, its header and its quotes checked.
 * `name` is its name in problems. Throws what the run would throw.
 */
export async function readAsRun(
  file: string,
  name: string,
  contract: DataContract,
): Promise<{ header: CsvHeader; records: number }> {
  const { size } = await stat(file);
  const faults = new FileFaults();
  const { head } = await readHead(file, HEADER_WINDOW_IN_BYTES);
  const { header, faults: found } = readHeader(head, name, contract);
  if (header === undefined) {
    faults.add(...found);
    faults.throwAny();
    throw new Error('a header without faults was not read');
  }
  const source = { path: name, size, stream: (start: number) => blocksOf(file, start) };
  const { records, fault } = await splitFile(source, header, dialectOf(contract.source), Infinity);
  if (fault !== undefined) faults.add(fault);
  faults.throwAny();
  return { header, records };
}

/** Runs a contract on a local file, up to the part and the rejected records. `folder`: for its files. */
export async function tryDraft(
  file: string,
  contract: DataContract,
  folder: string,
  settings: DuckDbSettings,
): Promise<Trial> {
  const name = path.basename(file);
  let text = file;
  if (needsConversion(contract, name)) {
    text = path.join(folder, 'converted.csv');
    await writeFile(text, (await sourceText(blocksOf(file, 0), name, contract.source)).text);
  }
  const { header, records } = await readAsRun(text, name, contract);
  const range = path.join(folder, 'range.csv');
  await pipeline(blocksOf(text, header.length), createWriteStream(range));
  const { size: length } = await stat(range);
  if (records === 0) return { records, rows: 0, codes: new Map() };
  return withDuckDb(settings, path.join(folder, 'spill-trial'), async (duckDb) => {
    const input = { path: range, source: name, columns: header.columns, records, firstRecord: 1, length };
    const { written, faults } = await computePart(duckDb, contract, input, folder, 'snappy');
    const codes = new Map<string, number>();
    for (const [fault] of faults.values()) if (fault) codes.set(fault.code, (codes.get(fault.code) ?? 0) + 1);
    return { records, rows: written.rows, codes };
  });
}

async function* blocksOf(file: string, start: number): AsyncGenerator<Buffer> {
  yield* createReadStream(file, { start, highWaterMark: 1024 * 1024 }) as AsyncIterable<Buffer>;
}
