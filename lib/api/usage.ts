import { z } from 'zod';
import type { AnswerUsage as AnswerUsageRecord } from '../answering/answer';
import type { PaidDay, RunUsage as RunUsageRecord } from '../runs/describeUsage';
import type { Money as MoneyRecord } from '../usage/money';
import type { ModelUsage as ModelUsageRecord } from '../usage/usage';
import { named } from './components';
import { calendarDate, isPeriod } from './values';

const count = z.int();
const amount = z.number().nullable();

const money = named(
  'Money',
  z
    .object({
      currency: z.string(),
      total: amount.describe('Null when something that was used has no price.'),
      compute: amount.describe('Flex Consumption on demand, without its free grant.'),
      storage: amount.describe('Requests to the lake.'),
      models: amount,
      unpriced: z.array(z.string()).describe('What was used and has no price: its amount is null, not zero.'),
    })
    .describe('At the prices of the price list. What is paid by the hour or the stored GB is not in it.'),
) satisfies z.ZodType<MoneyRecord>;

const modelUsage = named(
  'ModelUsage',
  z.object({
    model: z.string(),
    isInApp: z.boolean().describe('The app computes it itself: its cost is in the seconds.'),
    calls: count,
    unreportedCalls: count.describe('Calls of which the service reported no tokens.'),
    inputTokens: count,
    cachedTokens: count.describe('Input that the service had read before; part of `inputTokens`.'),
    outputTokens: count.describe('Reasoning included.'),
  }),
) satisfies z.ZodType<ModelUsageRecord>;

const amounts = {
  seconds: z.number().describe('Wall time, added up over all work.'),
  activeSeconds: z
    .number()
    .describe('Time in which an instance had work, shared equally by what ran side by side on it.'),
  processorSeconds: z.number().describe('Processor time of the instance, shared in the same way.'),
  gigabyteSeconds: z.number().describe('`activeSeconds` times the memory of the instance.'),
  storageReads: count,
  storageWrites: count,
  storageLists: count,
  storageOthers: count,
  storageDeletes: count,
  bytesRead: count.describe('From the lake.'),
  bytesWritten: count.describe('To the lake.'),
  sqlStatements: count,
  vectorOperations: count,
  vectorPointsWritten: count,
  models: z.array(modelUsage),
  money,
};

export const runUsage = named(
  'RunUsage',
  z.object({
    steps: z.array(
      z.object({
        step: z.string().describe('A step of the orchestration; a step of the run may have several.'),
        attempts: count,
        failures: count.describe('Attempts that ended badly; they are paid too.'),
        ...amounts,
      }),
    ),
    total: z.object({ attempts: count, failures: count, ...amounts }),
  }),
) satisfies z.ZodType<RunUsageRecord>;

export const answerUsage = named(
  'AnswerUsage',
  z.object({
    seconds: amounts.seconds,
    gigabyteSeconds: amounts.gigabyteSeconds,
    models: amounts.models,
    money,
  }),
) satisfies z.ZodType<AnswerUsageRecord>;

export const usageQuery = z
  .strictObject({ from: calendarDate.describe('Inclusive, UTC.'), to: calendarDate.describe('Inclusive, UTC.') })
  .refine(({ from, to }) => isPeriod(from, to), { message: 'a day not before from', path: ['to'] });

export const usageDays = named(
  'UsageDays',
  z.object({
    days: z
      .array(
        z.object({
          day: z.string().meta({ format: 'date' }),
          work: z.enum(['runs', 'answers']),
          executions: count.describe('Attempts at steps of runs, or questions.'),
          failures: count,
          ...amounts,
        }),
      )
      .describe('Latest first; days without work are left out.'),
  }),
) satisfies z.ZodType<{ days: PaidDay[] }>;
