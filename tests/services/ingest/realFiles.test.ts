import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'csv-parse/sync';
import { contractFolder } from '../../../lib/contract/contractCatalog';
import { commitRun } from '../../../lib/ingest/commitRun';
import { evaluateRun } from '../../../lib/quality/evaluateRun';
import { stageRun, startLake, type TestLake } from '../../support/lake';

/*
 * Real, published files, which may not be redistributed. SHARED_DATA names their folder. The expected result
 * is computed by csv-parse and the few lines here, not by the code under test.
 */
const DATA = process.env.SHARED_DATA ?? path.join(__dirname, '../../../../shared/data');
const CONTRACTS = path.join(__dirname, '../../fixtures/contracts');
const DATE = '2026-05-01';

type RawRecord = Record<string, string>;

interface RealFile {
  dataset: string;
  file: string;
  quirks: string;
  encoding?: 'windows-1252';
  /** Columns that may not be blank. */
  required: string[];
  id: string;
  title: string;
  text: string;
  author?: string;
  records: number;
  rejected: number;
  /** Rules that fail as warnings. */
  warnings?: string[];
  date?: string;
}

const FILES: RealFile[] = [
  {
    dataset: 'federal-register',
    file: 'csv/federal-register/fed_register.csv',
    quirks: 'CR LF, a third without abstract, texts truncated in a word, a date and a timestamp column',
    required: ['doc_num', 'title'],
    id: 'doc_num',
    title: 'title',
    text: 'abstract',
    author: 'agency',
    records: 587,
    rejected: 0,
    warnings: ['abstract: nullValues'],
    date: '2026-04-27',
  },
  {
    dataset: 'ted-talks',
    file: 'csv/ted-talks/ted_main.csv',
    quirks: 'CR LF, a line end inside quotes in every record, Unix seconds, Python lists',
    required: ['title', 'description'],
    id: 'title',
    title: 'title',
    text: 'description',
    author: 'speaker',
    records: 2550,
    rejected: 0,
  },
  {
    dataset: 'cnbc-headlines',
    file: 'csv/financial-headlines/cnbc_headlines.csv',
    quirks: 'Windows-1252, CR LF, 1,983 records of commas only, quotes in unquoted fields, no id',
    encoding: 'windows-1252',
    required: ['Headlines', 'Time', 'Description'],
    id: 'Headlines',
    title: 'Headlines',
    text: 'Description',
    records: 2436,
    rejected: 1983,
  },
  {
    dataset: 'reuters-headlines',
    file: 'csv/financial-headlines/reuters_headlines.csv',
    quirks: 'Windows-1252, CR LF, quotes in unquoted fields, days as "Jul 18 2020", no id',
    encoding: 'windows-1252',
    required: ['Headlines', 'Time', 'Description'],
    id: 'Headlines',
    title: 'Headlines',
    text: 'Description',
    records: 499,
    rejected: 0,
  },
  {
    dataset: 'guardian-headlines',
    file: 'csv/financial-headlines/guardian_headlines.csv',
    quirks: 'Windows-1252 quotes, CR LF, 17,301 records of a comma only, quoted line ends, a repeated headline, no id',
    encoding: 'windows-1252',
    required: ['Headlines', 'Time'],
    id: 'Headlines',
    title: 'Headlines',
    text: 'Headlines',
    records: 17_800,
    rejected: 17_302,
  },
  {
    dataset: 'cranfield',
    file: 'retrieval/cranfield/documents.csv',
    quirks: 'years for dates, two records without title and text',
    required: ['doc_id', 'title', 'body'],
    id: 'doc_id',
    title: 'title',
    text: 'body',
    author: 'author',
    records: 1400,
    rejected: 2,
  },
  {
    dataset: 'msmarco-5k',
    file: 'retrieval/msmarco-5k/documents.csv',
    quirks: 'three columns that are always empty, twice-decoded UTF-8, a text that appears twice',
    required: ['doc_id', 'body'],
    id: 'doc_id',
    title: 'doc_id',
    text: 'body',
    records: 5000,
    rejected: 0,
  },
  {
    dataset: 'scifact',
    file: 'retrieval/scifact/documents.csv',
    quirks: 'two columns that are always empty, texts of up to 10,000 characters, titles that appear twice',
    required: ['doc_id', 'title', 'body'],
    id: 'doc_id',
    title: 'title',
    text: 'body',
    records: 5183,
    rejected: 0,
    warnings: ['title: duplicateValues'],
  },
];

let lake: TestLake;
beforeAll(async () => {
  lake = await startLake({ contracts: contractFolder(CONTRACTS) });
});
afterAll(() => lake.stop());

/** 0x80 to 0x9f. Node.js 20 decodes windows-1252 as Latin-1, so its TextDecoder cannot be the oracle. */
const WINDOWS_1252 = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ';

function decode(content: Buffer, encoding: RealFile['encoding']): string {
  if (encoding === undefined) return new TextDecoder('utf-8', { fatal: true }).decode(content);
  return content
    .toString('latin1')
    .replaceAll(/[\u0080-\u009f]/g, (character) => WINDOWS_1252[character.charCodeAt(0) - 0x80] ?? '');
}

/** The expected rows of the lake: the first record of each key with all required values. */
function oracle(content: Buffer, real: RealFile): { records: number; rows: RawRecord[] } {
  const records = parse<RawRecord>(decode(content, real.encoding), {
    columns: true,
    relax_quotes: true,
    record_delimiter: ['\r\n', '\n'],
  });
  const seen = new Set<string>();
  const rows = records.filter((record) => {
    const key = record[real.id] ?? '';
    const isRow = real.required.every((name) => record[name]?.trim() !== '') && !seen.has(key);
    if (isRow) seen.add(key);
    return isRow;
  });
  return { records: records.length, rows };
}

describe('a published file', () => {
  for (const real of FILES) {
    const file = path.join(DATA, real.file);
    const [run, note] = existsSync(file) ? [it, ''] : [it.skip, ` (skipped: it is not at ${file})`];
    run(
      `${real.dataset}: ${real.quirks}${note}`,
      async () => {
        const content = readFileSync(file);
        const { records, rows } = oracle(content, real);
        expect([records, records - rows.length]).toEqual([real.records, real.rejected]);
        const key = { dataset: real.dataset, date: real.date ?? DATE, runId: 'run-1' };
        await lake.drop(key.dataset, key.date, path.basename(file), content);
        const staged = await stageRun(lake, key);
        expect([staged.plan.records, staged.rows, staged.rejected]).toEqual([records, rows.length, real.rejected]);
        const verdict = await evaluateRun(lake, key);
        const failed = verdict.rules.filter(({ passed }) => !passed);
        expect(failed.filter(({ severity }) => severity === 'error')).toEqual([]);
        expect(failed.map(({ rule }) => rule)).toEqual(real.warnings ?? []);
        expect(verdict.passed).toBe(true);
        expect(await commitRun(lake, key)).toMatchObject({ rows: rows.length, rejected: real.rejected });
        const documents = await lake.documents(key.dataset, key.date);
        expect(documents.map(({ docId, title, text, author }) => [docId, title, text, author ?? ''])).toEqual(
          rows.map((row) => [row[real.id], row[real.title], row[real.text], real.author ? row[real.author] : '']),
        );
      },
      120_000,
    );
  }
});
