import type { Caller } from '../access/caller';
import type { Database } from '../database/database';
import { readCursor, writeCursor } from '../paging/cursor';
import type { ProblemCode } from '../problems/codes';

/** A change that a caller asks for. */
export interface AuditedRequest {
  caller: Caller;
  /** Name of the API's operation: `startRun`, for example. */
  action: string;
  /** What it changes: the path of the request below `/api/`. */
  subject: string;
  /** The validated request body. */
  details: Record<string, unknown>;
  requestId: string;
}

/** `done`: accepted. `refused`: the caller's fault, nothing changed. `failed`: our fault. `under-way`: also after a crash. */
export type AuditOutcome = 'under-way' | 'done' | 'refused' | 'failed';

export interface AuditRecord {
  id: string;
  at: string;
  caller: { id: string; name: string; kind: Caller['kind']; roles: Caller['roles'] };
  action: string;
  subject: string;
  details: Record<string, unknown>;
  requestId: string;
  outcome: AuditOutcome;
  /** Of the problem that refused or failed it. */
  code: string | null;
}

export interface AuditPage {
  /** Latest first. */
  records: AuditRecord[];
  nextCursor: string | null;
}

/** Every change over the API, in PostgreSQL. A change whose record cannot be written is not made. */
export interface AuditStore {
  /** Records the request before anything is changed. Returns the id of the record. */
  begin(request: AuditedRequest): Promise<string>;
  finish(id: string, outcome: Exclude<AuditOutcome, 'under-way'>, code?: ProblemCode): Promise<void>;
  /** CURSOR_INVALID for a cursor that this store did not return. */
  list(page: { limit: number; cursor?: string }): Promise<AuditPage>;
}

export function createAuditStore(database: Database): AuditStore {
  return {
    begin: async ({ caller, action, subject, details, requestId }) => {
      const [row] = await database.query<{ id: string }>(
        `insert into audit_records (caller_id, caller_name, caller_kind, caller_roles, action, subject, details, request_id)
         values ($1, $2, $3, $4, $5, $6, $7, $8) returning id::text`,
        [caller.id, caller.name, caller.kind, caller.roles, action, subject, JSON.stringify(details), requestId],
      );
      if (!row) throw new Error('the audit record was not written');
      return row.id;
    },
    finish: async (id, outcome, code) => {
      await database.query('update audit_records set finished_at = now(), outcome = $2, code = $3 where id = $1', [
        id,
        outcome,
        code ?? null,
      ]);
    },
    list: async ({ limit, cursor }) => {
      const before = cursor === undefined ? null : readCursor(cursor, idOf);
      const rows = await database.query<AuditRow>(
        `select id::text, at, caller_id, caller_name, caller_kind, caller_roles, action, subject, details, request_id,
                outcome, code
         from audit_records where $1::bigint is null or audit_records.id < $1 order by audit_records.id desc limit $2`,
        [before, limit + 1],
      );
      const records = rows.slice(0, limit).map(toRecord);
      const last = records.at(-1);
      return { records, nextCursor: rows.length > limit && last ? writeCursor([last.id]) : null };
    },
  };
}

interface AuditRow {
  id: string;
  at: Date;
  caller_id: string;
  caller_name: string;
  caller_kind: Caller['kind'];
  caller_roles: Caller['roles'];
  action: string;
  subject: string;
  details: Record<string, unknown>;
  request_id: string;
  outcome: AuditOutcome;
  code: string | null;
}

function toRecord(row: AuditRow): AuditRecord {
  const { id, action, subject, details, outcome, code } = row;
  return {
    id,
    at: row.at.toISOString(),
    caller: { id: row.caller_id, name: row.caller_name, kind: row.caller_kind, roles: row.caller_roles },
    action,
    subject,
    details,
    requestId: row.request_id,
    outcome,
    code,
  };
}

const LARGEST_ID = 2n ** 63n - 1n;

function idOf([id, ...more]: unknown[]): string | undefined {
  const isId = typeof id === 'string' && /^\d{1,19}$/.test(id) && BigInt(id) <= LARGEST_ID;
  return isId && more.length === 0 ? id : undefined;
}
