import { z } from 'zod';
import type { DocumentPage as Listing } from '../documents/documentQueries';
import { named } from './components';
import { calendarDate, cursor, isPeriod, nextCursor, pageLimit, plainText } from './values';

export const documentQuery = z
  .strictObject({
    dataset: plainText.optional(),
    author: plainText.optional(),
    category: plainText.optional(),
    from: calendarDate.optional().describe('First publication day, inclusive.'),
    to: calendarDate.optional().describe('Last publication day, inclusive.'),
    title: plainText
      .max(200, 'at most 200 characters')
      .optional()
      .describe('Text that the title contains, in upper or lower case.'),
    cursor: cursor.optional(),
    limit: pageLimit,
  })
  .refine(({ from, to }) => isPeriod(from, to), { message: 'a day not before from', path: ['to'] });

const document = named(
  'Document',
  z.object({
    dataset: z.string(),
    docId: z.string(),
    title: z.string(),
    author: z.string().nullable(),
    publishedAt: z.string().nullable().describe('`yyyy-mm-dd`.'),
    category: z.string().nullable(),
    ingestDate: z.string(),
  }),
);

export const documentPage = named(
  'DocumentPage',
  z.object({ documents: z.array(document), nextCursor }),
) satisfies z.ZodType<Listing>;

/** Numbers and dates are text, because they are part of the URL. */
export type DocumentQuery = Omit<z.input<typeof documentQuery>, 'limit'> & { limit?: number };
export type DocumentSummary = z.infer<typeof document>;
export type DocumentPage = z.infer<typeof documentPage>;
