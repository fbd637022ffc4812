import type { LogicalType } from '../../../lib/contract/contract';

export type DatasetName = 'documents' | 'narrow' | 'quoted' | 'dirty';

/** The content of a generated file, described so that every peer can be configured from it. */
export interface Dataset {
  name: DatasetName;
  title: string;
  columns: BenchColumn[];
}

export interface BenchColumn {
  name: string;
  type: LogicalType;
  required?: boolean;
  key?: boolean;
  pattern?: string;
  minimum?: number;
  role?: string;
}

export const CATEGORIES = ['finance', 'health', 'science', 'sports', 'politics', 'technology', 'arts', 'law'];

const DOCUMENT: BenchColumn[] = [
  { name: 'doc_id', type: 'string', required: true, key: true, pattern: 'doc-[0-9a-f]{8}-[0-9]{8}', role: 'id' },
  { name: 'title', type: 'string', required: true, role: 'title' },
  { name: 'author', type: 'string', role: 'author' },
  { name: 'published_at', type: 'timestamp', required: true, role: 'date' },
  { name: 'source', type: 'string', required: true },
  { name: 'category', type: 'string', required: true, pattern: CATEGORIES.join('|'), role: 'category' },
  { name: 'language', type: 'string', required: true },
  { name: 'word_count', type: 'integer', required: true, minimum: 0 },
  { name: 'body', type: 'string', role: 'text' },
];

const PAYMENT: BenchColumn[] = [
  { name: 'id', type: 'string', required: true, key: true, pattern: '[0-9]+', role: 'id' },
  { name: 'ts', type: 'timestamp', required: true, role: 'date' },
  { name: 'user_id', type: 'integer', required: true, minimum: 0 },
  { name: 'amount', type: 'number', required: true, minimum: 0 },
  { name: 'currency', type: 'string', required: true, pattern: '[A-Z]{3}' },
  { name: 'country', type: 'string', required: true },
  { name: 'status', type: 'string', required: true, role: 'title' },
  { name: 'sku', type: 'string', required: true, role: 'text' },
  { name: 'qty', type: 'integer', required: true, minimum: 1 },
  { name: 'active', type: 'boolean', required: true },
];

export const DATASETS: Record<DatasetName, Dataset> = {
  documents: { name: 'documents', title: 'documents with line ends in quotes', columns: DOCUMENT },
  narrow: { name: 'narrow', title: 'narrow rows without quotes', columns: PAYMENT },
  quoted: { name: 'quoted', title: 'narrow rows, every field in quotes', columns: PAYMENT },
  dirty: { name: 'dirty', title: 'documents, 2 % of the records at fault', columns: DOCUMENT },
};

/** The dataset's contract, as a user would write it. */
export function contractOf({ name, columns }: Dataset): string {
  const properties = columns.map((column) =>
    JSON.stringify({
      name: column.name,
      logicalType: column.type,
      required: column.required === true,
      primaryKey: column.key === true,
      ...(column.pattern === undefined && column.minimum === undefined
        ? {}
        : { logicalTypeOptions: { pattern: column.pattern, minimum: column.minimum } }),
      ...(column.role === undefined ? {} : { customProperties: [{ property: 'role', value: column.role }] }),
    }),
  );
  return `apiVersion: v3.1.0
kind: DataContract
id: ${name}
version: 1.0.0
status: active
schema:
  - name: ${name}
    properties:
${properties.map((property) => `      - ${property}`).join('\n')}
customProperties: [{property: maxRejectShare, value: 1}]
`;
}
