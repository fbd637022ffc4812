import type { Answer } from '../../lib/answering/answer';
import type { Problem } from '../../lib/problems/problem';

export type { Answer, Citation } from '../../lib/answering/answer';
export type { Problem } from '../../lib/problems/problem';
export type { Decision, RunGate } from '../../lib/runs/gate';
export type { Run, RunDetail, RunStatus, StepProgress } from '../../lib/runs/run';

/** Body of `POST /api/ask`. Dates are inclusive, `yyyy-mm-dd`. */
export interface AskRequest {
  question: string;
  dataset?: string;
  filters?: AskFilters;
}

export interface AskFilters {
  author?: string;
  category?: string;
  publishedFrom?: string;
  publishedTo?: string;
}

/** One event of a streamed answer: text as it comes, then the whole checked answer, or the problem that ended it. */
export type AskEvent =
  { type: 'token'; text: string } | { type: 'answer'; answer: Answer } | { type: 'error'; problem: Problem };

export interface DocumentQuery {
  dataset?: string;
  author?: string;
  category?: string;
  title?: string;
  /** Publication dates, inclusive, `yyyy-mm-dd`. */
  from?: string;
  to?: string;
  cursor?: string;
  limit?: number;
}

export interface DocumentSummary {
  dataset: string;
  docId: string;
  title: string;
  author: string | null;
  publishedAt: string | null;
  category: string | null;
  ingestDate: string;
}

export interface DocumentPage {
  documents: DocumentSummary[];
  nextCursor: string | null;
}

export interface Health {
  status: 'ok' | 'degraded';
  dependencies: DependencyHealth[];
}

export interface DependencyHealth {
  name: string;
  status: 'ok' | 'unavailable';
  latencyInMilliseconds: number;
  error?: string;
}

export interface QuarantineQuery {
  /** Run id of an earlier execution; the latest without. */
  run?: string;
  code?: string;
  cursor?: string;
  limit?: number;
}

export interface QuarantinePage {
  runId: string;
  records: QuarantinedRecord[];
  nextCursor: string | null;
  /** On the first page. */
  counts?: { codes: { code: string; records: number }[]; isWhole: boolean };
}

export interface QuarantinedRecord {
  file: string;
  record: number;
  line: number;
  code: string;
  column: string | null;
  found: string | null;
  expected: string;
  raw: string;
  /** True when `raw` is only the record's beginning. */
  isTruncated: boolean;
  more?: { code: string; column: string | null; found: string | null; expected: string }[];
}
