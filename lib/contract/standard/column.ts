import { z } from 'zod';
import { elementFields } from './element';
import { columnRelationships } from './relationships';
import { fieldsOf, shapeBy } from './shapeBy';
import { STANDARD_TYPES, TYPE_OPTIONS, type StandardType } from './typeOptions';
import { anyObject, anyValue, integer, text } from './values';

const truth = z.boolean().optional();

const described = {
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

/** Without a type no option has a meaning, while parts of any kind may stand. */
const partsOf = (type: StandardType | undefined) => ({
  ...(type === 'object' || type === undefined ? { properties } : {}),
  ...(type === 'array' || type === undefined ? { items } : {}),
});

/** A column by its type. */
function columnWith(name: z.ZodType): z.ZodType {
  const shapes = new Map<unknown, z.ZodType>(
    [...STANDARD_TYPES, undefined].map((type) => {
      const logicalTypeOptions = (type === undefined ? z.strictObject({}) : TYPE_OPTIONS[type]).optional();
      return [type, z.strictObject({ ...described, name, logicalTypeOptions, ...partsOf(type) })];
    }),
  );
  // A type that is not known is a fault of its own; what else stands there could be right.
  const other = z.looseObject({ ...described, name, logicalTypeOptions: anyObject.optional() });
  return shapeBy((value) => shapes.get(fieldsOf(value)['logicalType']) ?? other);
}

export const column = columnWith(text);
/** What the entries of a list are: it needs no name. */
const item = columnWith(text.optional());
