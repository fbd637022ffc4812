import { z } from 'zod';
import { ROLES } from '../access/caller';
import type { AuditPage as Page, AuditRecord } from '../audit/auditStore';
import { named } from './components';
import { cursor, nextCursor, pageLimit } from './values';

const kind = z.enum(['person', 'application', 'local', 'anonymous']);
const roles = z.array(z.enum(ROLES)).readonly();

/** Who calls, as the API sees it. */
export const me = named(
  'Me',
  z.object({
    caller: z
      .object({
        name: z.string(),
        kind: kind.describe('`local`: the owner of a local platform.'),
        roles,
        groups: z
          .union([z.array(z.string()).readonly(), z.literal('everything')])
          .describe('Groups of the caller. They have no effect yet.'),
      })
      .nullable()
      .describe('Null for a caller without an identity.'),
  }),
);

const auditRecord = named(
  'AuditRecord',
  z.object({
    id: z.string(),
    at: z.string().meta({ format: 'date-time' }),
    caller: z.object({ id: z.string(), name: z.string(), kind, roles }),
    action: z.string().describe('The operation id.'),
    subject: z.string().describe('Path of the request, below `/api/`.'),
    details: z.record(z.string(), z.unknown()).describe('The request body.'),
    requestId: z.string(),
    outcome: z
      .enum(['under-way', 'done', 'refused', 'failed'])
      .describe('`done`: accepted. `refused`: nothing was changed.'),
    code: z.string().nullable().describe('Of the problem that refused or failed it.'),
  }),
) satisfies z.ZodType<AuditRecord>;

export const auditQuery = z.strictObject({ cursor: cursor.optional(), limit: pageLimit });
export const auditPage = named(
  'AuditPage',
  z.object({ records: z.array(auditRecord).describe('Latest first.'), nextCursor }),
) satisfies z.ZodType<Page>;

export type Me = z.infer<typeof me>;
