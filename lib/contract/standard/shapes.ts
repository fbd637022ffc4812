import { fullFormats } from 'ajv-formats/dist/formats';
import { z } from 'zod';
import { EXPECTATIONS } from './messages';

export type Fields = Record<string, unknown>;

/**
 * A shape that depends on the value. `choose` returns one or more shapes, and the faults of all of them are reported, each
 * with its own path. A union would report only that nothing fits; a refinement of an object runs only when its fields are
 * valid.
 */
export function shapeBy(choose: (value: unknown) => z.ZodType | z.ZodType[]): z.ZodType {
  return z.unknown().superRefine((value, context) => {
    for (const shape of [choose(value)].flat()) {
      for (const issue of shape.safeParse(value, EXPECTATIONS).error?.issues ?? []) context.addIssue({ ...issue });
    }
  });
}

/** The fields of an unknown value; none when it is not an object. */
export function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}

/** The kinds of values that fields of the standard have. */
export const text = z.string();
/** Numbers beyond 2^53 are allowed; `z.int()` rejects them. */
export const integer = z.number().refine(Number.isInteger, 'expected a whole number');
export const count = integer.refine((value) => value >= 0, 'expected 0 or more');
export const tags = z.array(text).optional();

export const stableId = text.regex(/^[A-Za-z0-9_-]+$/, 'expected letters, digits, underscores and hyphens').optional();

/** Any value of YAML except `.nan` and `.inf`. It must be present. */
export const anyValue = z
  .unknown()
  .refine((value) => value !== undefined && (typeof value !== 'number' || Number.isFinite(value)), 'expected a value');
export const singleValue = z
  .unknown()
  .refine(
    (value) => value === null || ['string', 'boolean'].includes(typeof value) || Number.isFinite(value),
    'expected a text, a number, true, false or null',
  );
export const anyObject = z.looseObject({});

// The same checks as in the validator that the tests run with the standard's JSON schema.
export const uri = text.refine(matches('uri'), 'expected a URI, e.g. https://example.org/data');
export const day = text.refine(matches('date'), 'expected a day, e.g. 2026-01-31');
export const moment = text.refine(matches('date-time'), 'expected a time with its zone, e.g. 2026-01-31T12:00:00Z');

function matches(name: 'uri' | 'date' | 'date-time'): (value: string) => boolean {
  const format: unknown = fullFormats[name];
  const test = typeof format === 'function' ? format : fieldsOf(format)['validate'];
  return test as (value: string) => boolean;
}

/** Where a term is defined; the address may be relative. */
export const authoritativeDefinitions = z
  .array(z.strictObject({ id: stableId, url: text, type: text, description: text.optional() }))
  .optional();

export const customProperties = z
  .array(z.strictObject({ id: stableId, property: text, value: anyValue, description: text.optional() }))
  .optional();
