import { documentPage, documentQuery } from '../../../lib/api/documents';
import { listDocuments } from '../../../lib/documents/documentQueries';
import { defineRoute } from '../route';
import { SAMPLE } from '../sampleRequests';

export const listDocumentsRoute = defineRoute({
  name: 'listDocuments',
  method: 'GET',
  path: 'documents',
  summary: 'Lists the current documents that the caller may read, newest first, page by page.',
  role: 'reader',
  request: { query: documentQuery },
  response: { status: 200, body: documentPage },
  problems: ['CURSOR_INVALID', 'DATABASE_UNAVAILABLE'],
  example: { query: { dataset: SAMPLE.dataset, author: 'Abraham Lincoln', from: '1862-01-01', limit: '2' } },
  handler: async ({ query: { cursor, limit, ...filters } }, { app, access }) => ({
    body: await listDocuments(app.database, filters, await access(), { limit, cursor }),
  }),
});
