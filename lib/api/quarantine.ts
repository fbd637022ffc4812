import { z } from 'zod';
import type { QuarantineExecution } from '../quarantine/quarantineExecutions';
import type { QuarantineCounts } from '../quarantine/quarantineCounts';
import type { QuarantinePage as RecordPage } from '../quarantine/quarantinePage';
import type { RecordFaultCode } from '../problems/recordFaultCodes';
import { named } from './components';
import { cursor, nextCursor, pageLimit, plainText } from './values';

export const quarantineQuery = z.strictObject({
  run: plainText.optional().describe('Run id of an earlier execution. Default: the latest.'),
  code: z.string().optional().describe('Only records whose first fault has this code.'),
  cursor: cursor.optional(),
  limit: pageLimit,
});

const fault = {
  code: z.string() as unknown as z.ZodType<RecordFaultCode, string>,
  column: z.string().nullable(),
  found: z.string().nullable(),
  expected: z.string(),
};

const record = named(
  'QuarantinedRecord',
  z.object({
    file: z.string(),
    record: z.int().describe('1-based number in the file, header and blank lines not counted.'),
    line: z.int(),
    byteOffset: z.int(),
    ...fault,
    more: z.array(z.object(fault)).optional(),
    omittedFaults: z.int().optional().describe('Number of further faults that are not listed under `more`.'),
    raw: z.string(),
    isTruncated: z.boolean().describe('True when `raw` is only the beginning of the record.'),
  }),
);

const counts = z.object({
  codes: z.array(z.object({ code: z.string(), records: z.int() })),
  isWhole: z.boolean().describe('False when there are more records than were counted.'),
}) satisfies z.ZodType<QuarantineCounts>;

export const quarantinePage = named(
  'QuarantinePage',
  z.object({
    runId: z.string(),
    records: z.array(record),
    nextCursor,
    counts: counts.optional().describe('On the first page.'),
  }),
) satisfies z.ZodType<RecordPage>;

export const quarantineParameters = z.object({
  dataset: z.string(),
  date: z.string().describe('`yyyy-mm-dd`.'),
});

const execution = z.object({
  runId: z.string(),
  files: z.int(),
  bytes: z.int(),
}) satisfies z.ZodType<QuarantineExecution>;

export const quarantineList = named(
  'QuarantineList',
  z.object({ dataset: z.string(), date: z.string(), executions: z.array(execution) }),
);

export type QuarantineQuery = Omit<z.input<typeof quarantineQuery>, 'limit'> & { limit?: number };
export type QuarantinePage = z.infer<typeof quarantinePage>;
export type QuarantinedRecord = z.infer<typeof record>;
