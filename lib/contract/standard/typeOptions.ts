import { z } from 'zod';
import { anyObject, count, text } from './values';

const bounds = <Bound extends z.ZodType>(bound: Bound) => ({
  minimum: bound.optional(),
  maximum: bound.optional(),
  exclusiveMinimum: bound.optional(),
  exclusiveMaximum: bound.optional(),
});

const numeric = (formats: string[]) =>
  z.strictObject({
    ...bounds(z.number()),
    multipleOf: z.number().gt(0, 'expected a number over 0').optional(),
    format: z.enum(formats).optional(),
  });
const temporal = { ...bounds(text), format: text.optional() };
const withTime = z.strictObject({
  ...temporal,
  timezone: z.boolean().optional(),
  defaultTimezone: text.optional(),
});

const sizes = ['8', '16', '32', '64', '128'];

/** The options that each logical type has. Of booleans the standard says nothing. */
export const TYPE_OPTIONS = {
  string: z.strictObject({
    minLength: count.optional(),
    maxLength: count.optional(),
    pattern: text.optional(),
    format: text.optional(),
  }),
  integer: numeric(['i', 'u'].flatMap((sign) => sizes.map((size) => `${sign}${size}`))),
  number: numeric(['f32', 'f64']),
  boolean: anyObject,
  date: z.strictObject(temporal),
  time: withTime,
  timestamp: withTime,
  object: z.strictObject({
    minProperties: count.optional(),
    maxProperties: count.optional(),
    required: z
      .array(text)
      .min(1, 'expected one name or more')
      .refine((names) => new Set(names).size === names.length, 'expected each name once')
      .optional(),
  }),
  array: z.strictObject({
    minItems: count.optional(),
    maxItems: count.optional(),
    uniqueItems: z.boolean().optional(),
  }),
};

export type StandardType = keyof typeof TYPE_OPTIONS;
export const STANDARD_TYPES = Object.keys(TYPE_OPTIONS) as StandardType[];
