import { z } from 'zod';
import {
  anyObject,
  authoritativeDefinitions,
  customProperties,
  fieldsOf,
  shapeBy,
  stableId,
  tags,
  text,
} from './shapes';

const limit = z.number().optional();
const twoNumbers = z
  .tuple([z.number(), z.number()], 'expected two numbers')
  .refine(([low, high]) => low !== high, 'expected two different numbers')
  .optional();

/** What a measured value is compared with. */
export const comparisons = {
  mustBe: z.unknown().optional(),
  mustNotBe: z.unknown().optional(),
  mustBeGreaterThan: limit,
  mustBeGreaterOrEqualTo: limit,
  mustBeLessThan: limit,
  mustBeLessOrEqualTo: limit,
  mustBeBetween: twoNumbers,
  mustNotBeBetween: twoNumbers,
};

const OPERATORS = Object.keys(comparisons);

const oneComparison = z
  .unknown()
  .refine(
    (value) => OPERATORS.filter((name) => fieldsOf(value)[name] !== undefined).length === 1,
    `expected exactly one comparison: ${OPERATORS.join(', ')}`,
  );

export const METRICS = ['nullValues', 'missingValues', 'invalidValues', 'duplicateValues', 'rowCount'] as const;
const DIMENSIONS = ['accuracy', 'completeness', 'conformity', 'consistency', 'coverage', 'timeliness', 'uniqueness'];

const described = {
  id: stableId,
  name: text.optional(),
  type: z.enum(['text', 'library', 'sql', 'custom']).optional(),
  description: text.optional(),
  dimension: z.enum(DIMENSIONS).optional(),
  severity: text.optional(),
  unit: text.optional(),
  businessImpact: text.optional(),
  method: text.optional(),
  schedule: text.optional(),
  scheduler: text.optional(),
  tags,
  customProperties,
  authoritativeDefinitions,
};
const counted = { ...comparisons, metric: z.enum(METRICS), rule: text.optional(), arguments: anyObject.optional() };
const queried = { ...comparisons, query: text };
const carriedOutElsewhere = {
  engine: text,
  implementation: shapeBy((value) => (typeof value === 'string' ? text : anyObject)),
};
/** By type: the fields of a rule besides its description. A rule with a metric also has the fields of the metric. */
const shapes = new Map<unknown, z.ZodType>(
  Object.entries({ text: {}, library: counted, sql: queried, custom: carriedOutElsewhere }).flatMap(
    ([type, own]): [string, z.ZodType][] => [
      [type, z.strictObject({ ...described, ...own })],
      [`${type} and metric`, z.strictObject({ ...described, ...own, ...counted })],
    ],
  ),
);
// An unknown type is reported by itself: the other fields may be right.
const other = z.looseObject(described);

const rule = shapeBy((value) => {
  const fields = fieldsOf(value);
  const hasMetric = typeof fields['metric'] === 'string';
  const type = fields['type'] === undefined ? typeWithout(fields) : fields['type'];
  const shape = shapes.get(hasMetric && typeof type === 'string' ? `${type} and metric` : type);
  if (shape === undefined) return other;
  return hasMetric || type === 'library' || type === 'sql' ? [shape, oneComparison] : shape;
});

/** A rule without a type is a library rule, or a text rule when it has none of the fields of a library rule. */
function typeWithout(fields: Record<string, unknown>): string {
  return Object.keys(counted).some((name) => fields[name] !== undefined) ? 'library' : 'text';
}

export const quality = z.array(rule).optional();
