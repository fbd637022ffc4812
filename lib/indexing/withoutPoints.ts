import type { VectorIndex } from '../vectors/vectorIndex';

/** A document, and a partition of its dataset whose row is current. */
interface DatedDocument {
  docId: string;
  /** `yyyy-mm-dd`. */
  date: string;
}

/** Those of the documents that the index does not have with their date. At most a few thousand. Errors: VECTORS_*. */
export async function withoutPoints<Document extends DatedDocument>(
  { vectors }: { vectors: Pick<VectorIndex, 'points'> },
  dataset: string,
  documents: readonly Document[],
): Promise<Document[]> {
  const found = new Set<string>();
  const filter = { dataset, docIds: documents.map(({ docId }) => docId), chunkNumber: 0 };
  for await (const points of vectors.points(filter)) {
    for (const { docId, ingestDate } of points) found.add(keyOf(docId, ingestDate));
  }
  return documents.filter(({ docId, date }) => !found.has(keyOf(docId, date)));
}

function keyOf(docId: string, date: string): string {
  return `${date} ${docId}`;
}
