import { app } from '@azure/functions';
import { z } from 'zod';
import { listDocuments } from '../../lib/documents/documentQueries';
import { theApp } from '../theApp';
import { answeringProblems } from './problemResponse';
import { calendarDate, isPeriod, pageLimit, plainText, readQuery } from './readRequest';

const querySchema = z
  .strictObject({
    dataset: plainText.optional(),
    author: plainText.optional(),
    category: plainText.optional(),
    from: calendarDate.optional(),
    to: calendarDate.optional(),
    title: plainText.max(200, 'at most 200 characters').optional(),
    cursor: z.string().optional(),
    limit: pageLimit,
  })
  .refine(({ from, to }) => isPeriod(from, to), { message: 'a day not before from', path: ['to'] });

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
