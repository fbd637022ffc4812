import { z } from 'zod';
import { SENTENCE_FAULTS, type PaidAnswer } from '../answering/answer';
import { named } from './components';
import { answerUsage } from './usage';
import { calendarDate, isPeriod } from './values';

const LONGEST_QUESTION = 2000;

const filters = z
  .strictObject({
    author: z.string().optional(),
    category: z.string().optional(),
    publishedFrom: calendarDate.optional().describe('Inclusive.'),
    publishedTo: calendarDate.optional().describe('Inclusive.'),
  })
  .refine(({ publishedFrom, publishedTo }) => isPeriod(publishedFrom, publishedTo), {
    message: 'a day not before publishedFrom',
    path: ['publishedTo'],
  });

export const askRequest = named(
  'AskRequest',
  z.strictObject({
    question: z
      .string('a question')
      .trim()
      .min(1, 'a question')
      .max(LONGEST_QUESTION, `at most ${LONGEST_QUESTION} characters`),
    dataset: z.string().optional(),
    filters: filters.optional(),
    stream: z.boolean().optional().describe('Server-sent events instead of one object.'),
  }),
);

const citation = named(
  'Citation',
  z.object({
    docId: z.string(),
    dataset: z.string(),
    title: z.string(),
    author: z.string().nullable(),
    date: z.string().nullable().describe('Publication day, `yyyy-mm-dd`.'),
    quote: z.string().describe('Exactly as in the text of the document.'),
  }),
);

export const answer = named(
  'Answer',
  z.object({
    question: z.string(),
    answer: z.string().describe('With markers `[1]`, `[2]` ... that number `citations` from 1.'),
    citations: z.array(citation),
    marks: z
      .array(z.object({ start: z.int(), end: z.int(), citation: z.int() }))
      .describe('The citation markers in the text, by offset in UTF-16 code units; other brackets are part of a text.'),
    sentences: z
      .array(
        z.object({
          start: z.int(),
          end: z.int(),
          citations: z.array(z.int()),
          supported: z.boolean(),
          faults: z.array(z.enum(SENTENCE_FAULTS)),
        }),
      )
      .describe('The statements of the answer, each checked against what it cites.'),
    model: z.string().describe('`extractive`, or the name of the chat model.'),
    usage: answerUsage.describe('What the answer used, and what that costs.'),
  }),
) satisfies z.ZodType<PaidAnswer>;

export type Answer = z.infer<typeof answer>;
export type Citation = z.infer<typeof citation>;
export type AskRequest = z.input<typeof askRequest>;
