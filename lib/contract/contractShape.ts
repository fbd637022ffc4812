import { z } from 'zod';

const customProperties = z.array(z.looseObject({ property: z.string().min(1), value: z.unknown() })).optional();

/** Options that are carried out. Any other one is refused: an unchecked promise is worse than none. */
const logicalTypeOptions = z
  .strictObject({
    pattern: z.string().min(1).optional(),
    minLength: z.int().min(0).optional(),
    maxLength: z.int().min(1).optional(),
    minimum: z.number().optional(),
    maximum: z.number().optional(),
    format: z.string().min(1).optional(),
  })
  .optional();

export const propertyShape = z.looseObject({
  name: z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'expected a column name of letters, digits and underscores'),
  physicalName: z.string().min(1).optional(),
  logicalType: z.enum(['string', 'integer', 'number', 'boolean', 'date', 'timestamp']),
  required: z.boolean().default(false),
  unique: z.boolean().default(false),
  primaryKey: z.boolean().default(false),
  logicalTypeOptions,
  customProperties,
  quality: z.undefined('quality rules are not carried out yet; remove them').optional(),
});

const table = z.looseObject({
  name: z.string().min(1),
  properties: z.array(propertyShape).min(2),
  customProperties,
  quality: z.undefined('quality rules are not carried out yet; remove them').optional(),
});

/** The part of the Open Data Contract Standard v3 that the pipeline acts on; the standard's other fields may stand. */
export const contractShape = z.looseObject({
  apiVersion: z.string().regex(/^v3\.\d+\.\d+$/, 'expected version 3 of the standard, e.g. v3.1.0'),
  kind: z.literal('DataContract'),
  id: z.string().min(1),
  version: z.string().min(1),
  status: z.string().min(1),
  description: z.looseObject({ purpose: z.string().optional() }).optional(),
  schema: z.array(table).length(1, 'expected exactly one table: one contract per dataset'),
  customProperties,
});

export type ContractProperty = z.infer<typeof propertyShape>;

/** Values of the top-level customProperties that say how the files are written and how much may be rejected. */
export const sourceShape = z.object({
  glob: z.string().min(1).default('*.csv'),
  delimiter: z
    .string()
    .regex(/^[^A-Za-z0-9"\r\n]$/, 'expected one ASCII character that is no letter, digit, quote or line end')
    .refine((text) => text.charCodeAt(0) < 128, 'expected an ASCII character')
    .default(','),
  quote: z
    .string()
    .regex(/^["']$/, 'expected " or \'')
    .default('"'),
  encoding: z.literal('utf-8', 'only utf-8 is read').default('utf-8'),
  nullText: z
    .string()
    .regex(/^[^"'\r\n]*$/, 'expected text without quotes or line ends')
    .default(''),
  maxRejectShare: z.number().min(0).max(1).default(0),
});

export const ROLE_NAMES = ['id', 'title', 'text', 'author', 'date', 'category'] as const;
export type RoleName = (typeof ROLE_NAMES)[number];
