import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { parse } from 'csv-parse/sync';

export interface ExpectedProblem {
  code: string;
  where?: { file?: string; line?: number; column?: string; byteOffset?: number };
  found?: string;
  expected?: string;
}

/** `expected.json` of a case; the README beside the cases explains each field. */
export interface ExpectedCase {
  description: string;
  contract?: { columns?: ContractProperty[]; custom?: Record<string, unknown> };
  error?: ExpectedProblem & { faults?: ExpectedProblem[] };
  rows?: string[];
  rejected?: Record<string, unknown>[];
  withoutOracle?: string;
}

export interface ContractProperty {
  name: string;
  physicalName?: string;
  logicalType: string;
}

export interface FixtureCase {
  name: string;
  expected: ExpectedCase;
  /** Sorted by name, the order of their records. */
  files: { name: string; content: Buffer }[];
}

const FIXTURES = path.join(__dirname, '../fixtures/csv');

export function readCases(): FixtureCase[] {
  return readdirSync(FIXTURES, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => {
      const folder = path.join(FIXTURES, name);
      const expectedFile = path.join(folder, 'expected.json');
      if (!existsSync(expectedFile)) throw new Error(`${name} has no expected.json`);
      const files = readdirSync(folder).filter((file) => file !== 'expected.json');
      return {
        name,
        expected: JSON.parse(readFileSync(expectedFile, 'utf8')) as ExpectedCase,
        files: files.sort().map((file) => ({ name: file, content: readFileSync(path.join(folder, file)) })),
      };
    });
}

/** A record from an independent reader: values by the column names of the file. Null only in formats that have it. */
export type OracleRecord = Record<string, string | null>;

/** The records of all files of a case, read by csv-parse (or JSON.parse) after Node's own decoders. */
export function readByOracle({ files, expected }: FixtureCase): OracleRecord[] {
  const custom = expected.contract?.custom ?? {};
  const pattern = typeof custom['glob'] === 'string' ? custom['glob'] : '*.csv';
  const ending = pattern.replaceAll('*', '');
  return files
    .filter(({ name }) => (pattern.endsWith('*') ? name.includes(ending) : name.endsWith(ending)))
    .flatMap((file) => {
      const text = sourceText(file, expected);
      return custom['format'] === 'ndjson' ? ndjsonRecords(text) : csvRecords(text, custom);
    });
}

/** The text of a file, decoded by Node, without a byte order mark. */
export function sourceText({ content }: FixtureCase['files'][number], { contract }: ExpectedCase): string {
  return decoded(uncompressed(content), (contract?.custom?.['encoding'] as string | undefined) ?? 'utf-8');
}

function uncompressed(content: Buffer): Buffer {
  return content[0] === 0x1f && content[1] === 0x8b ? gunzipSync(content) : content;
}

/** Node 20's TextDecoder decodes windows-1252 as Latin-1, so bytes 0x80 to 0x9f are replaced here. */
const OWN_CHARACTERS: Record<string, string> = {
  '\x80': '\u20ac',
  '\x93': '\u201c',
  '\x94': '\u201d',
  '\x96': '\u2013',
  '\x9f': '\u0178',
};

function decoded(bytes: Buffer, encoding: string): string {
  if (encoding !== 'windows-1252') return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  return [...bytes.toString('latin1')].map((character) => OWN_CHARACTERS[character] ?? character).join('');
}

function csvRecords(text: string, custom: Record<string, unknown>): OracleRecord[] {
  const nullText = (custom['nullText'] as string | undefined) ?? '';
  const [header = [], ...records]: (string | null)[][] = parse(text, {
    cast: (value, { quoting }) => (!quoting && value === nullText ? null : value),
    delimiter: (custom['delimiter'] as string | undefined) ?? ',',
    quote: (custom['quote'] as string | undefined) ?? '"',
    escape: (custom['quote'] as string | undefined) ?? '"',
    relax_quotes: true,
    relax_column_count: true,
    skip_empty_lines: true,
    record_delimiter: ['\r\n', '\n'],
  });
  return records.map((record) => Object.fromEntries(header.map((name, index) => [name ?? '', record[index] ?? null])));
}

function ndjsonRecords(text: string): OracleRecord[] {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      try {
        const record = JSON.parse(line) as Record<string, unknown>;
        const values = Object.entries(record).map(([key, value]) => [key, typeof value === 'string' ? value : null]);
        return Object.fromEntries(values) as OracleRecord;
      } catch {
        return {};
      }
    });
}
