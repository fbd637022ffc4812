import type { DocumentRow } from '../../lib/documents/document';

/** A document with defaults for fields that a test does not set. */
export function documentRow(row: Partial<DocumentRow> & { docId: string }): DocumentRow {
  return {
    dataset: 'letters',
    ingestDate: '2026-01-01',
    contentHash: `hash of ${row.docId}`,
    title: `Title of ${row.docId}`,
    author: 'Somebody',
    publishedAt: '2020-05-17',
    category: 'letter',
    allowedGroups: null,
    accessColumn: null,
    sourceFile: 'letters.csv',
    recordNumber: 1,
    text: '',
    ...row,
  };
}

export async function* batches<Item>(...items: Item[][]): AsyncGenerator<Item[]> {
  yield* items;
}
