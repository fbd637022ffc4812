import type { ChunkPayload } from './vectorIndex';

/** Payload as stored: snake case, with dates also as integers, which compare and index the same in every engine. */
export type StoredPayload = Record<string, unknown>;

const NOBODY = '';

export function toStoredPayload(payload: ChunkPayload): StoredPayload {
  return {
    dataset: payload.dataset,
    doc_id: payload.docId,
    content_hash: payload.contentHash,
    title: payload.title,
    author: payload.author,
    category: payload.category,
    allowed_groups: toStoredGroups(payload.allowedGroups),
    published_at: payload.publishedAt,
    published_day: payload.publishedAt === null ? null : toDayNumber(payload.publishedAt),
    ingest_date: toDayNumber(payload.ingestDate),
    chunk_number: payload.chunkNumber,
    chunk_count: payload.chunkCount,
    chunk_start: payload.chunkStart,
    text: payload.text,
    chunker: payload.chunker,
    run_id: payload.runId,
  };
}

export function fromStoredPayload(stored: StoredPayload): ChunkPayload {
  return {
    dataset: textOf(stored.dataset) ?? '',
    docId: textOf(stored.doc_id) ?? '',
    contentHash: textOf(stored.content_hash) ?? '',
    title: textOf(stored.title) ?? '',
    author: textOf(stored.author),
    category: textOf(stored.category),
    allowedGroups: fromStoredGroups(stored.allowed_groups),
    publishedAt: textOf(stored.published_at),
    ingestDate: toDate(stored.ingest_date),
    chunkNumber: Number(stored.chunk_number),
    chunkCount: Number(stored.chunk_count),
    chunkStart: Number(stored.chunk_start),
    text: textOf(stored.text) ?? '',
    chunker: textOf(stored.chunker) ?? '',
    runId: textOf(stored.run_id) ?? '',
  };
}

/** An engine takes an empty list for an absent one, which means every reader; a name that no group has means nobody. */
export function toStoredGroups(groups: string[] | null): string[] | null {
  return groups?.length === 0 ? [NOBODY] : groups;
}

function fromStoredGroups(stored: unknown): string[] | null {
  return Array.isArray(stored) ? stored.map(String).filter((group) => group !== NOBODY) : null;
}

/** `1862-12-01` and `1862-12-01T10:00:00Z` are 18621201. Text that does not begin with a date has no day. */
export function toDayNumber(isoText: string): number | null {
  const [, year, month, day] = /^(\d{4})-(\d\d)-(\d\d)/.exec(isoText) ?? [];
  return year === undefined ? null : Number(`${year}${month}${day}`);
}

/** The inverse: 18621201 is `1862-12-01`. */
export function toDate(dayNumber: unknown): string {
  const digits = String(dayNumber).padStart(8, '0');
  return `${digits.slice(0, 4)}-${digits.slice(4, 6)}-${digits.slice(6, 8)}`;
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
