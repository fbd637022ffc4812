import { auditPage, auditQuery, me } from '../../../lib/api/access';
import { defineRoute } from '../route';

export const meRoute = defineRoute({
  name: 'me',
  method: 'GET',
  path: 'me',
  summary: 'Shows who the caller is to the API, with roles and groups.',
  role: 'anyone',
  request: {},
  response: { status: 200, body: me },
  problems: [],
  example: {},
  handler: async (_request, { caller }) => ({
    body: {
      caller: caller ? { name: caller.name, kind: caller.kind, roles: caller.roles, groups: caller.groups } : null,
    },
  }),
});

export const listAuditRoute = defineRoute({
  name: 'listAudit',
  method: 'GET',
  path: 'audit',
  summary: 'Lists the changes that were asked for over the API, latest first: who, what, when, and how each ended.',
  role: 'operator',
  request: { query: auditQuery },
  response: { status: 200, body: auditPage },
  problems: ['CURSOR_INVALID', 'DATABASE_UNAVAILABLE'],
  example: { query: { limit: '10' } },
  handler: async ({ query }, { app }) => ({ body: await app.audit.list(query) }),
});
