import { LINE_FEED, type CsvDialect } from '../csv/dialect';
import { countFields, fieldsOf, fieldText } from '../csv/recordFields';
import { visitRecords } from '../csv/visitRecords';
import { PipelineError } from '../problems/problem';
import { readHeader } from '../csv/header';
import type { DataContract } from '../contract/contract';
import { markupKind } from '../encoding/fileKind';
import { FileFaults } from '../planning/fileFaults';
import { readHead } from './localText';

/** How a file is split into fields. */
export interface FileShape {
  delimiter: string;
  /** Names in the header, in order. */
  header: string[];
}

const HEAD_LENGTH = 1024 * 1024;
const DELIMITERS = [',', ';', '\t', '|'];
const QUOTE = 0x22;

/** Guesses the delimiter: with it, most records have as many fields as the header, and more than one. */
export async function readShape(file: string, name: string): Promise<FileShape> {
  const { head, isAll } = await readHead(file, HEAD_LENGTH);
  const shapes = DELIMITERS.map((delimiter) => {
    const dialect = { delimiter: delimiter.charCodeAt(0), quote: QUOTE };
    let header: string[] | undefined;
    let records = 0;
    let alike = 0;
    visitRecords(head, dialect, isAll, ({ start, end, brokenQuotes }) => {
      if (header === undefined) {
        header = headerNames(head, start, end, dialect);
        return;
      }
      records += 1;
      if (brokenQuotes === 0 && countFields(head, start, end, dialect) === header.length) alike += 1;
    });
    const names = header ?? [];
    return {
      delimiter,
      header: names,
      records,
      fit: names.length < 2 ? -1 : (alike + 1) / (records + 1) + names.length / 1000,
    };
  });
  const [best] = shapes.sort((one, other) => other.fit - one.fit);
  const { delimiter = ',', header = [] } = best ?? {};
  // A fault that a run would find is the better explanation.
  const { faults = [] } = readHeader(head, name, contractOfShape('dataset', delimiter, header));
  if (faults.length > 0) {
    const found = new FileFaults();
    found.add(...faults);
    found.throwAny();
  }
  const markup = markupKind(head.toString('utf8', 0, 1000));
  if (markup !== undefined && (best === undefined || best.fit < 0 || best.records === 0)) {
    throw new PipelineError('CSV_NOT_CSV', 'The file is not a CSV.', {
      found: markup,
      expected: 'CSV text',
      where: { file: name, line: 1 },
      remedy: 'Export the data as CSV.',
    });
  }
  if (best === undefined || best.fit < 0) {
    throw new PipelineError('CONTRACT_INFER_NO_COLUMNS', 'The first line is not a header with two or more columns.', {
      found: head.toString('utf8', 0, Math.min(200, firstLineLength(head))),
      expected: 'names separated by commas, semicolons, tabs or vertical bars',
      where: { file: name, line: 1 },
      remedy: 'Add a header to the file, or write the contract by hand.',
    });
  }
  return { delimiter, header };
}

/** A contract with the columns of a header, all of them text: for the checks of a run. */
export function contractOfShape(dataset: string, delimiter: string, header: string[]): DataContract {
  const text = { logicalType: 'string' as const, required: false, unique: false, primaryKey: false };
  return {
    dataset,
    version: '0',
    status: 'draft',
    // The reader takes a second byte order mark of a decoded file for its first.
    columns: [...new Set(header)].map((name, index) => ({
      ...text,
      name: index === 0 ? name.replace(/^\uFEFF/, '') : name,
    })),
    roles: { id: '', title: '', text: '' },
    source: {
      glob: '*',
      delimiter,
      quote: String.fromCharCode(QUOTE),
      encoding: 'utf-8',
      compression: 'none',
      format: 'csv',
      nullText: '',
    },
    quality: { maxRejectShare: 0, rules: [] },
  };
}

function headerNames(head: Buffer, start: number, end: number, dialect: CsvDialect): string[] {
  return fieldsOf(head, start, end, dialect).map((field) => fieldText(head, field, dialect));
}

function firstLineLength(head: Buffer): number {
  const at = head.indexOf(LINE_FEED);
  return at < 0 ? head.length : at;
}
