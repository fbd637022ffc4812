import { cursorInvalid, readCursor, writeCursor } from '../paging/cursor';
import { PipelineError } from '../problems/problem';
import type { Database } from '../database/database';
import { accessCondition, type DocumentAccess } from './documentAccess';

export interface DocumentFilters {
  dataset?: string;
  author?: string;
  category?: string;
  /** Publication date, inclusive, `yyyy-mm-dd`. */
  from?: string;
  to?: string;
  /** Text in the title, upper and lower case alike. */
  title?: string;
}

export interface DocumentListing {
  dataset: string;
  docId: string;
  title: string;
  author: string | null;
  /** `yyyy-mm-dd`. */
  publishedAt: string | null;
  category: string | null;
  ingestDate: string;
}

export interface DocumentPage {
  documents: DocumentListing[];
  /** Opaque; null on the last page. */
  nextCursor: string | null;
}

interface Position {
  /** Publication time; null for a document without one. */
  publishedAt: string | null;
  dataset: string;
  docId: string;
}

/**
 * Current documents that may be read, newest publication first (those without a date last), one page. Paging is by position, so rows
 * added or removed between two pages neither repeat nor hide others. Error: CURSOR_INVALID (400).
 */
export async function listDocuments(
  database: Database,
  filters: DocumentFilters,
  access: DocumentAccess,
  page: { limit: number; cursor?: string },
): Promise<DocumentPage> {
  const parameters: unknown[] = [];
  const bind = (value: unknown): string => `$${parameters.push(value)}`;
  const readable = accessCondition(access, bind);
  const where = [...conditions(filters, bind), ...(readable === undefined ? [] : [readable])];
  if (page.cursor !== undefined) where.push(after(readCursor(page.cursor, positionOf), bind));
  const query = database.query<DocumentListing & { position: string | null }>(
    `select dataset, doc_id as "docId", title, author, category, ingest_date as "ingestDate",
            to_char(published_at, 'YYYY-MM-DD') as "publishedAt", published_at::text as position
     from current_documents ${where.length > 0 ? `where ${where.join(' and ')}` : ''}
     order by published_at desc nulls last, dataset, doc_id
     limit ${bind(page.limit + 1)}`,
    parameters,
  );
  const rows = await query.catch((error: unknown) => {
    throw page.cursor !== undefined && isBadValue(error) ? cursorInvalid(page.cursor) : error;
  });
  const shown = rows.slice(0, page.limit);
  const last = shown.at(-1);
  return {
    documents: shown.map(({ position: _, ...listing }) => listing),
    nextCursor: rows.length > page.limit && last ? writeCursor([last.position, last.dataset, last.docId]) : null,
  };
}

function conditions(filters: DocumentFilters, bind: (value: unknown) => string): string[] {
  const where: string[] = [];
  if (filters.dataset !== undefined) where.push(`dataset = ${bind(filters.dataset)}`);
  if (filters.author !== undefined) where.push(`author = ${bind(filters.author)}`);
  if (filters.category !== undefined) where.push(`category = ${bind(filters.category)}`);
  if (filters.from !== undefined) where.push(`published_at >= ${bind(filters.from)}::date`);
  if (filters.to !== undefined) where.push(`published_at < ${bind(filters.to)}::date + 1`);
  if (filters.title !== undefined) where.push(`title ilike ${bind(`%${filters.title.replace(/[\\%_]/g, '\\$&')}%`)}`);
  return where;
}

function after(position: Position, bind: (value: unknown) => string): string {
  const key = `(dataset, doc_id) > (${bind(position.dataset)}, ${bind(position.docId)})`;
  if (position.publishedAt === null) return `(published_at is null and ${key})`;
  const moment = `${bind(position.publishedAt)}::timestamptz`;
  return `(published_at < ${moment} or published_at is null or (published_at = ${moment} and ${key}))`;
}

/** The filters are already checked, so a value that PostgreSQL refuses comes from a changed cursor. */
function isBadValue(error: unknown): boolean {
  return error instanceof PipelineError && error.code === 'DATABASE_VALUE_REJECTED';
}

function positionOf([publishedAt, dataset, docId]: unknown[]): Position | undefined {
  const isMoment = publishedAt === null || (typeof publishedAt === 'string' && /^\d{4,6}-\d\d-\d\d/.test(publishedAt));
  return isMoment && isPlainText(dataset) && isPlainText(docId) ? { publishedAt, dataset, docId } : undefined;
}

/** Rows of one partition, and how many of them a newer partition has replaced. */
export async function countPartition(
  database: Database,
  partition: { dataset: string; date: string },
): Promise<{ rows: number; current: number }> {
  const [counts] = await database.query<{ rows: number; current: number }>(
    `select (select count(*) from documents where dataset = $1 and ingest_date = $2) as rows,
            (select count(*) from current_documents where dataset = $1 and ingest_date = $2) as current`,
    [partition.dataset, partition.date],
  );
  return counts ?? { rows: 0, current: 0 };
}

function isPlainText(value: unknown): value is string {
  return typeof value === 'string' && !value.includes('\0');
}
