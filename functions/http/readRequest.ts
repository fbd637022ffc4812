import type { HttpRequest } from '@azure/functions';
import { z } from 'zod';
import { FaultList, PipelineError, type Problem } from '../../lib/problems/problem';

/** A day of the calendar, `yyyy-mm-dd`. There is no year 0: PostgreSQL would refuse it. */
export const calendarDate = z
  .string()
  .refine(
    (text) => /^\d{4}-\d{2}-\d{2}$/.test(text) && !text.startsWith('0000') && isDay(text),
    'a day of the calendar, yyyy-mm-dd',
  );

/** Text that PostgreSQL can hold: without the character NUL. */
export const plainText = z.string().refine((text) => !text.includes('\0'), 'text without the character NUL');

/** False for a period that ends before it begins: it would find nothing and not say why. */
export function isPeriod(from: string | undefined, to: string | undefined): boolean {
  return from === undefined || to === undefined || from <= to;
}

/** How many items one page may have; 50 unless asked otherwise. */
export const pageLimit = z.coerce
  .number('a whole number from 1 to 200')
  .int('a whole number from 1 to 200')
  .min(1, 'a whole number from 1 to 200')
  .max(200, 'a whole number from 1 to 200')
  .default(50);

const LONGEST_EXPECTATION = 200;

function isDay(text: string): boolean {
  const day = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text);
}

/** The JSON body, checked. Throws BODY_NOT_JSON or REQUEST_INVALID (400) with every fault. */
export async function readBody<Schema extends z.ZodType>(
  request: HttpRequest,
  schema: Schema,
): Promise<z.infer<Schema>> {
  const text = await request.text();
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    throw new PipelineError('BODY_NOT_JSON', 'The request body is not JSON.', {
      found: text === '' ? 'an empty body' : JSON.stringify(text.slice(0, 80)),
      expected: 'a JSON object',
      remedy: 'Send a JSON object with content-type application/json.',
    });
  }
  return check(body, schema);
}

/** The query parameters, checked; an empty one counts as absent. Throws REQUEST_INVALID (400). */
export function readQuery<Schema extends z.ZodType>(request: HttpRequest, schema: Schema): z.infer<Schema> {
  return check(Object.fromEntries([...request.query].filter(([, value]) => value !== '')), schema);
}

function check<Schema extends z.ZodType>(value: unknown, schema: Schema): z.infer<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map((issue): Problem => {
    const field = issue.path.join('.');
    return {
      code: 'FIELD_INVALID',
      message: field === '' ? 'the request is not valid' : `${field} is not valid`,
      found: excerpt(valueAt(value, issue.path)),
      // It may name every unknown field of the body.
      expected: issue.message.slice(0, LONGEST_EXPECTATION),
      where: { field },
    };
  });
  const first = faults[0];
  throw new FaultList('REQUEST_INVALID', 'The request is not valid.', faults, {
    found: first?.found,
    expected: first?.expected,
    where: first?.where,
  });
}

function excerpt(value: unknown): string {
  try {
    return JSON.stringify(value)?.slice(0, 80) ?? 'nothing';
  } catch {
    // JSON.parse reads deeper than JSON.stringify can write.
    return 'a value that is nested too deeply to be shown';
  }
}

function valueAt(value: unknown, path: PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (inner, key) =>
      typeof inner === 'object' && inner !== null ? (inner as Record<PropertyKey, unknown>)[key] : undefined,
    value,
  );
}
