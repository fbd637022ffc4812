import { z } from 'zod';
import type { ProblemCode } from '../problems/codes';
import type { Problem } from '../problems/problem';
import { named } from './components';

const where = z.object({
  file: z.string().optional(),
  line: z.number().optional().describe('1-based physical line.'),
  column: z.string().optional(),
  byteOffset: z.number().optional(),
  setting: z.string().optional(),
  field: z.string().optional(),
});

// A string in the OpenAPI document: a later version may have more codes.
const problemCode = z.string() as unknown as z.ZodType<ProblemCode, string>;

const members = {
  code: problemCode.describe('Stable; clients branch on it. docs/problems.md lists all.'),
  found: z.string().optional(),
  expected: z.string().optional(),
  where: where.optional(),
  remedy: z.string().optional().describe('What to do next.'),
  retryable: z.boolean().optional().describe('True when the same request may succeed later.'),
};

/** A coded error, as a run record shows it. */
export const problem: z.ZodType<Problem> = named(
  'Problem',
  z.object({
    ...members,
    message: z.string(),
    faults: z.array(z.lazy(() => problem)).optional(),
  }),
);

/** The body of every error response (RFC 9457, `application/problem+json`). */
export const problemDetails = named(
  'ProblemDetails',
  z.object({
    type: z.string().describe('A URN made of the code.'),
    title: z.string().describe('The same for every occurrence of the code.'),
    status: z.int(),
    detail: z.string().optional().describe('What happened this time.'),
    requestId: z.string().optional(),
    ...members,
    faults: z.array(problem).optional().describe('All faults, when there are several.'),
  }),
);
