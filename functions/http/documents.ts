import { app } from '@azure/functions';
import { z } from 'zod';
import { listDocuments } from '../../lib/metadata/documentQueries';
import { theApp } from '../theApp';
import { answeringProblems } from './problemResponse';
import { calendarDate, pageLimit, readQuery } from './readRequest';

const querySchema = z.strictObject({
  dataset: z.string().optional(),
  author: z.string().optional(),
  category: z.string().optional(),
  from: calendarDate.optional(),
  to: calendarDate.optional(),
  title: z.string().max(200, 'at most 200 characters').optional(),
  cursor: z.string().optional(),
  limit: pageLimit,
});

/** `GET /api/documents`: current documents, filtered, newest first, page by page. */
app.http('listDocuments', {
  route: 'documents',
  methods: ['GET'],
  authLevel: 'anonymous',
  handler: answeringProblems(async (request, _context) => {
    const { cursor, limit, ...filters } = readQuery(request, querySchema);
    return { jsonBody: await listDocuments(theApp().database, filters, { limit, cursor }) };
  }),
});
