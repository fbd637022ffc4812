import { z } from 'zod';

export type Fields = Record<string, unknown>;

/**
 * A shape that the value itself decides on. `choose` names one or more shapes, and the faults of all of them are told,
 * each by its own path: a union tells only that nothing fits, and a refinement of an object waits for its fields.
 */
export function shapeBy(choose: (value: unknown) => z.ZodType | z.ZodType[]): z.ZodType {
  return z.unknown().superRefine((value, context) => {
    for (const shape of [choose(value)].flat()) {
      for (const issue of shape.safeParse(value).error?.issues ?? []) context.addIssue({ ...issue });
    }
  });
}

/** The fields of what may be anything. */
export function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}
