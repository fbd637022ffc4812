import { z } from 'zod';
import { fieldsOf } from './shapeBy';

const limit = z.number().optional();
const range = z
  .tuple([z.number(), z.number()], 'expected two numbers')
  .refine(([low, high]) => low !== high, 'expected two different numbers')
  .optional();

/** What a measured value is held against. */
export const comparisons = {
  mustBe: z.unknown().optional(),
  mustNotBe: z.unknown().optional(),
  mustBeGreaterThan: limit,
  mustBeGreaterOrEqualTo: limit,
  mustBeLessThan: limit,
  mustBeLessOrEqualTo: limit,
  mustBeBetween: range,
  mustNotBeBetween: range,
};

const OPERATORS = Object.keys(comparisons);

export const oneComparison = z
  .unknown()
  .refine(
    (value) => OPERATORS.filter((name) => fieldsOf(value)[name] !== undefined).length === 1,
    `expected exactly one comparison: ${OPERATORS.join(', ')}`,
  );
