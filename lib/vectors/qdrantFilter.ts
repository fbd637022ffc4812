import type { SearchFilters } from './passage';
import { toDayNumber } from './chunkPayload';
import type { PointFilter } from './vectorIndex';

/** The part of Qdrant's filter language that is used here: conditions that must all hold, and one that must not. */
export interface QdrantFilter {
  must: QdrantCondition[];
  must_not?: QdrantCondition[];
}

export type QdrantCondition =
  | { has_id: string[] }
  | { key: string; match: { value: string | number } }
  | { key: string; match: { any: string[] } }
  | { is_empty: { key: string } }
  | { should: QdrantCondition[] }
  | { key: string; range: { gte?: number; lte?: number; gt?: number; lt?: number } };

export function pointFilter(filter: PointFilter): QdrantFilter {
  const must: QdrantCondition[] = [equal('dataset', filter.dataset)];
  if (filter.date) must.push(dateCondition(filter.date));
  if (filter.docIds) must.push({ key: 'doc_id', match: { any: filter.docIds } });
  if (filter.chunkNumber !== undefined) must.push(equal('chunk_number', filter.chunkNumber));
  if (filter.confirmed === undefined) return { must };
  if ('by' in filter.confirmed) return { must: [...must, equal('run_id', filter.confirmed.by)] };
  // Points without the field match too: they were stored before runs were recorded.
  return { must, must_not: [equal('run_id', filter.confirmed.notBy)] };
}

/** Points that a run may confirm: not those of dates newer than `date`, nor absent ids. */
export function confirmableFilter(ids: string[], date: string): QdrantFilter {
  return { must: [{ has_id: ids }, { key: 'ingest_date', range: { lte: toDayNumber(date) ?? 0 } }] };
}

/** Undefined when there are no conditions. A document without a date matches no date condition. */
export function searchFilter(filters: SearchFilters, groups?: readonly string[]): QdrantFilter | undefined {
  const must: QdrantCondition[] = [];
  if (filters.dataset !== undefined) must.push(equal('dataset', filters.dataset));
  if (filters.author !== undefined) must.push(equal('author', filters.author));
  if (filters.category !== undefined) must.push(equal('category', filters.category));
  const gte = filters.publishedFrom === undefined ? null : toDayNumber(filters.publishedFrom);
  const lte = filters.publishedTo === undefined ? null : toDayNumber(filters.publishedTo);
  if (gte !== null || lte !== null) {
    must.push({ key: 'published_day', range: { ...(gte !== null && { gte }), ...(lte !== null && { lte }) } });
  }
  if (groups !== undefined) {
    const key = 'allowed_groups';
    must.push({ should: [{ is_empty: { key } }, { key, match: { any: [...groups] } }] });
  }
  return must.length > 0 ? { must } : undefined;
}

function dateCondition(date: NonNullable<PointFilter['date']>): QdrantCondition {
  if ('on' in date) return equal('ingest_date', toDayNumber(date.on) ?? 0);
  const range = 'before' in date ? { lt: toDayNumber(date.before) ?? 0 } : { gt: toDayNumber(date.after) ?? 0 };
  return { key: 'ingest_date', range };
}

function equal(key: string, value: string | number): QdrantCondition {
  return { key, match: { value } };
}
