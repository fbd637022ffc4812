import type { DocumentSummary } from '../../../lib/api/documents';
import { formatDate } from '../formatting';
import { element } from './element';
import { isolated } from './isolated';

/** Headings of the documents table, in the order of a row's cells. */
export const documentColumns = ['Title', 'Author', 'Published', 'Category', 'Dataset', 'Ingested'] as const;

export function documentRow(summary: DocumentSummary): HTMLTableRowElement {
  const cells = [
    summary.title,
    summary.author ?? '',
    formatDate(summary.publishedAt),
    summary.category ?? '',
    summary.dataset,
    formatDate(summary.ingestDate),
  ];
  // Explicit roles: the narrow layout removes the table display, and with it the table semantics.
  return element(
    'tr',
    { role: 'row', 'data-testid': 'document-row', 'data-document': summary.docId },
    ...cells.map((text, index) =>
      element('td', { role: 'cell', 'data-column': documentColumns[index] }, isolated(text)),
    ),
  );
}
