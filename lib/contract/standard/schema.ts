import { z } from 'zod';
import { quality } from './quality';
import {
  anyObject,
  anyValue,
  authoritativeDefinitions,
  count,
  customProperties,
  fieldsOf,
  integer,
  shapeBy,
  stableId,
  tags,
  text,
} from './shapes';

/** Fields that tables and columns share. */
const elementFields = {
  id: stableId,
  physicalName: text.optional(),
  physicalType: text.optional(),
  businessName: text.optional(),
  description: text.optional(),
  tags,
  quality,
  customProperties,
  authoritativeDefinitions,
};

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

/** The options that each logical type has. The standard defines none for booleans. */
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
const STANDARD_TYPES = Object.keys(TYPE_OPTIONS) as StandardType[];

const NAME = '[A-Za-z_][A-Za-z0-9_]*';
const STEP = `${NAME}/[A-Za-z0-9_-]+`;
const SHORT = `${NAME}\\.${NAME}`;
/** Steps of kind and id, from the top of this contract or of another one. */
const FULL = `(?:(?:https?://)?[A-Za-z0-9._/-]+\\.yaml#)?/?${STEP}(?:/${STEP})*`;

const reference = text.regex(
  new RegExp(`^(?:${SHORT}|${FULL})$`),
  'expected a reference such as table.column, schema/table_id/properties/column_id or other.yaml#/schema/table_id',
);
const references = z.array(reference).min(1, 'expected one reference or more');
const end = shapeBy((value) => (Array.isArray(value) ? references : reference));

const relationshipFields = { type: z.literal('foreignKey').optional(), customProperties };

/** A relationship of a column, which is its `from`. */
const columnRelationships = z.array(z.strictObject({ ...relationshipFields, to: end })).optional();

const tableRelationship = z.strictObject({ ...relationshipFields, from: end, to: end });
const endsAlike = z.unknown().refine((value) => {
  const { from, to } = fieldsOf(value);
  return from === undefined || to === undefined || Array.isArray(from) === Array.isArray(to);
}, 'expected from and to both as one reference, or both as lists');

const tableRelationships = z.array(shapeBy(() => [tableRelationship, endsAlike])).optional();

const truth = z.boolean().optional();

const columnFields = {
  ...elementFields,
  logicalType: z.enum(STANDARD_TYPES).optional(),
  required: truth,
  unique: truth,
  primaryKey: truth,
  primaryKeyPosition: integer.optional(),
  partitioned: truth,
  partitionKeyPosition: integer.optional(),
  criticalDataElement: truth,
  classification: text.optional(),
  encryptedName: text.optional(),
  transformSourceObjects: z.array(text).optional(),
  transformLogic: text.optional(),
  transformDescription: text.optional(),
  examples: z.array(anyValue).optional(),
  relationships: columnRelationships,
};
const properties = z.array(z.lazy(() => column)).optional();
const items = z.lazy(() => item).optional();

/** Without a type, options have no meaning; nested properties and items are allowed. */
const partsOf = (type: StandardType | undefined) => ({
  ...(type === 'object' || type === undefined ? { properties } : {}),
  ...(type === 'array' || type === undefined ? { items } : {}),
});

/** A column by its type. */
function columnWith(name: z.ZodType): z.ZodType {
  const shapes = new Map<unknown, z.ZodType>(
    [...STANDARD_TYPES, undefined].map((type) => {
      const logicalTypeOptions = (type === undefined ? z.strictObject({}) : TYPE_OPTIONS[type]).optional();
      return [type, z.strictObject({ ...columnFields, name, logicalTypeOptions, ...partsOf(type) })];
    }),
  );
  // An unknown type is reported by itself: the other fields may be right.
  const other = z.looseObject({ ...columnFields, name, logicalTypeOptions: anyObject.optional() });
  return shapeBy((value) => shapes.get(fieldsOf(value)['logicalType']) ?? other);
}

const column = columnWith(text);
/** The type of the entries of a list. It does not need a name. */
const item = columnWith(text.optional());

export const table = z.strictObject({
  ...elementFields,
  name: text,
  logicalType: z.literal('object').optional(),
  dataGranularityDescription: text.optional(),
  properties: z.array(column).optional(),
  relationships: tableRelationships,
});
