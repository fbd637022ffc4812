import { z } from 'zod';

/** A calendar day, `yyyy-mm-dd`. PostgreSQL does not have a year 0. */
export const calendarDate = z
  .string()
  .refine(
    (text) => /^\d{4}-\d{2}-\d{2}$/.test(text) && !text.startsWith('0000') && isDay(text),
    'a calendar day, yyyy-mm-dd',
  )
  .meta({ format: 'date' });

/** Text that PostgreSQL can store: without the character NUL. */
export const plainText = z.string().refine((text) => !text.includes('\0'), 'text without the character NUL');

/** False for a period that ends before it starts: a search would find nothing and give no reason. */
export function isPeriod(from: string | undefined, to: string | undefined): boolean {
  return from === undefined || to === undefined || from <= to;
}

const PAGE_LIMIT = 'a whole number from 1 to 200';

/** How many items one page may have. */
export const pageLimit = z.coerce
  .number(PAGE_LIMIT)
  .int(PAGE_LIMIT)
  .min(1, PAGE_LIMIT)
  .max(200, PAGE_LIMIT)
  .default(50)
  .describe('Items on one page.');

export const cursor = z.string().describe('The `nextCursor` of the page before, unchanged.');
export const nextCursor = z.string().nullable().describe('For the next page; null on the last one.');

function isDay(text: string): boolean {
  const day = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text);
}
