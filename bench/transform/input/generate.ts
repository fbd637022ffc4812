import { closeSync, openSync, writeSync } from 'node:fs';
import { CATEGORIES, DATASETS, type DatasetName } from './datasets';
import { Random } from './random';
import { Vocabulary } from './vocabulary';

/** Share of the faulty records of `dirty`, in thousandths. */
const DIRTY_IN_THOUSAND = 20;
/** Share of the documents whose body is hard to split, in thousandths. */
const TRICKY_IN_THOUSAND = 5;
const WRITE_LENGTH = 4 * 1024 * 1024;

/** Writes a file of about `bytes` bytes: the same for the same arguments. Returns how many records it has. */
export function generateFile(dataset: DatasetName, bytes: number, file: string, seed = 42): number {
  const record = recordsOf(dataset, new Random(seed));
  const output = openSync(file, 'w');
  try {
    let pending = `${DATASETS[dataset].columns.map(({ name }) => name).join(',')}\n`;
    let written = 0;
    let records = 0;
    for (;;) {
      while (pending.length < WRITE_LENGTH && written + pending.length < bytes) {
        pending += record(records);
        records += 1;
      }
      const block = Buffer.from(pending);
      writeSync(output, block);
      written += block.length;
      pending = '';
      if (written >= bytes) return records;
    }
  } finally {
    closeSync(output);
  }
}

function recordsOf(dataset: DatasetName, random: Random): (number: number) => string {
  switch (dataset) {
    case 'documents':
    case 'dirty': {
      const words = new Vocabulary(random);
      return (number) => documentRecord(number, random, words, dataset === 'dirty' ? DIRTY_IN_THOUSAND : 0);
    }
    case 'narrow':
      return (number) => `${payment(number, random).join(',')}\n`;
    case 'quoted':
      return (number) =>
        `${payment(number, random)
          .map((text) => `"${text}"`)
          .join(',')}\n`;
  }
}

/** Bodies that look like records to a reader that guesses where records start. */
const TRICKY: ((body: string) => string)[] = [
  (body) => `"${body}"`,
  (body) => `${body}\n"",""\n`,
  (body) => `id,title,"x\n1,"a ""b"" c","d\n"\n${body}`,
  (body) => body.replaceAll('\n', '\r\n'),
  () => '""""',
  (body) => `${body}\n\n\n`,
  (body) => `,"\n,"\n,"${body}`,
  (body) => `${body}\\"`,
  (body) => `"\n"\n"\n"${body}`,
  () => '',
];

function documentRecord(number: number, random: Random, words: Vocabulary, dirtyInThousand: number): string {
  const document = {
    doc_id: `doc-${hexadecimal(random.next())}-${digits(number, 8)}`,
    title: random.oneIn(40) ? `The "${words.word()}" affair` : words.phrase(3 + random.below(7)),
    author: random.oneIn(50) ? '' : words.author(),
    published_at: timestamp(random),
    source: random.pick(['newswire', 'blog', 'journal', 'patent', 'forum', 'wiki']),
    category: random.pick(CATEGORIES),
    language: random.pick(['en', 'de', 'fr', 'ja', 'es', 'ru'], 2),
    word_count: '',
    body: words.prose(800 + random.below(3000)),
  };
  if (random.below(1000) < TRICKY_IN_THOUSAND) document.body = random.pick(TRICKY)(document.body);
  document.word_count = String(document.body.split(' ').length);
  if (random.below(1000) >= dirtyInThousand) return line(document);
  switch (random.below(9)) {
    case 0:
      return line({ ...document, published_at: 'not-a-date' });
    case 1:
      return line({ ...document, published_at: '' });
    case 2:
      return line({ ...document, word_count: '12x' });
    case 3:
      return line({ ...document, published_at: '2024-02-31T00:00:00Z' });
    case 4:
      return `${document.doc_id},${quotedWhereNeeded(document.title)}\n`;
    case 5:
      return `${line(document).slice(0, -1)},extra,columns\n`;
    case 6:
      return line({ ...document, doc_id: '' });
    case 7:
      return line({ ...document, category: 'nonsense' });
    default:
      return line({ ...document, word_count: '-1' });
  }
}

function payment(number: number, random: Random): string[] {
  return [
    String(1_000_000 + number),
    timestamp(random),
    String(random.below(1e6)),
    `${random.below(1e5)}.${digits(random.below(100), 2)}`,
    random.pick(['USD', 'EUR', 'GBP', 'JPY']),
    random.pick(['US', 'DE', 'FR', 'GB', 'JP', 'BR', 'IN']),
    random.pick(['paid', 'pending', 'refunded', 'failed']),
    `SKU-${hexadecimal(random.next()).slice(0, 6)}`,
    String(1 + random.below(20)),
    random.oneIn(2) ? 'true' : 'false',
  ];
}

function timestamp(random: Random): string {
  const day = `${2005 + random.below(20)}-${digits(1 + random.below(12), 2)}-${digits(1 + random.below(28), 2)}`;
  const time = [random.below(24), random.below(60), random.below(60)].map((part) => digits(part, 2)).join(':');
  return `${day}T${time}Z`;
}

function line(record: Record<string, string>): string {
  return `${Object.values(record).map(quotedWhereNeeded).join(',')}\n`;
}

function quotedWhereNeeded(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function digits(value: number, length: number): string {
  return String(value).padStart(length, '0');
}

function hexadecimal(value: number): string {
  return value.toString(16).padStart(8, '0');
}
