import { z } from 'zod';
import { sqlSourceShape } from './sqlSource';
import { TEXT_FORMATS } from './textFormat';

/** Fields of the standard that say nothing that the pipeline acts on: they may stand, with any value. */
function alsoAllowed<Name extends string>(...names: Name[]) {
  return Object.fromEntries(names.map((name) => [name, z.unknown().optional()])) as Record<
    Name,
    z.ZodOptional<z.ZodUnknown>
  >;
}

const DESCRIBING = ['id', 'businessName', 'authoritativeDefinitions', 'tags'] as const;

const customProperties = z
  .array(
    z.strictObject({
      property: z.string().min(1),
      value: z.unknown().refine((value) => value !== undefined, 'expected a value'),
      ...alsoAllowed('id', 'description'),
    }),
  )
  .optional();

const bound = z.union([z.number(), z.string().min(1)], 'expected a number, or a date as text').optional();

/** Options that are carried out. Any other one is refused: an unchecked promise is worse than none. */
const logicalTypeOptions = z
  .strictObject({
    pattern: z.string().min(1).optional(),
    minLength: z.int().min(0).optional(),
    maxLength: z.int().min(1).optional(),
    minimum: bound,
    maximum: bound,
    exclusiveMinimum: bound,
    exclusiveMaximum: bound,
    format: z.string().min(1).optional(),
    timezone: z.boolean().optional(),
    defaultTimezone: z.enum(['Etc/UTC', 'UTC'], 'times are kept in UTC: expected Etc/UTC').optional(),
  })
  .optional();

export const propertyShape = z.strictObject({
  name: z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'expected a column name of letters, digits and underscores'),
  /** Empty: the column has no name in the header, as the index that pandas writes. */
  physicalName: z.string().optional(),
  logicalType: z.enum(['string', 'integer', 'number', 'boolean', 'date', 'timestamp']),
  required: z.boolean().default(false),
  unique: z.boolean().default(false),
  primaryKey: z.boolean().default(false),
  logicalTypeOptions,
  customProperties,
  quality: z.array(z.unknown()).optional(),
  ...alsoAllowed(...DESCRIBING, 'physicalType', 'description', 'primaryKeyPosition', 'partitioned'),
  ...alsoAllowed('partitionKeyPosition', 'classification', 'encryptedName', 'transformSourceObjects', 'transformLogic'),
  ...alsoAllowed('transformDescription', 'examples', 'criticalDataElement', 'relationships'),
});

const table = z.strictObject({
  name: z.string().min(1),
  logicalType: z.literal('object').optional(),
  properties: z.array(propertyShape).min(2),
  customProperties,
  quality: z.array(z.unknown()).optional(),
  ...alsoAllowed(...DESCRIBING, 'physicalName', 'physicalType', 'description', 'dataGranularityDescription'),
  ...alsoAllowed('relationships'),
});

/**
 * The part of the Open Data Contract Standard v3.1 that the pipeline acts on. The standard's other fields may stand;
 * a field that the standard does not know is refused, as its JSON schema refuses it.
 */
export const contractShape = z.strictObject({
  apiVersion: z.string().regex(/^v3\.\d+\.\d+$/, 'expected version 3 of the standard, e.g. v3.1.0'),
  kind: z.literal('DataContract'),
  id: z.string().min(1),
  version: z.string().min(1),
  status: z.string().min(1),
  description: z.looseObject({ purpose: z.string().optional() }).optional(),
  schema: z.array(table).length(1, 'expected exactly one table: one contract per dataset'),
  slaDefaultElement: z.string().optional(),
  slaProperties: z.array(z.unknown()).optional(),
  customProperties,
  ...alsoAllowed('name', 'tenant', 'tags', 'servers', 'dataProduct', 'domain', 'support', 'price', 'team', 'roles'),
  ...alsoAllowed('authoritativeDefinitions', 'contractCreatedTs'),
});

export type ContractProperty = z.infer<typeof propertyShape>;

const scalar = z.union([z.string(), z.number(), z.boolean()], 'expected a text, a number, or true or false');
const range = z
  .tuple([z.number(), z.number()], 'expected two numbers')
  .refine(([low, high]) => low < high, 'expected two numbers, the smaller one first');

/** One quality rule. What goes with what is judged by `readQuality`. */
export const qualityShape = z.strictObject({
  name: z.string().min(1).optional(),
  type: z.enum(['text', 'library', 'sql', 'custom']).optional(),
  severity: z.enum(['info', 'warning', 'error']).default('error'),
  unit: z.string().optional(),
  metric: z.enum(['nullValues', 'missingValues', 'invalidValues', 'duplicateValues', 'rowCount']).optional(),
  arguments: z
    .strictObject({
      missingValues: z.array(scalar.nullable()).min(1).optional(),
      validValues: z.array(scalar).min(1).optional(),
      pattern: z.string().min(1).optional(),
      properties: z.array(z.string()).min(1).optional(),
    })
    .optional(),
  query: z.string().min(1).optional(),
  mustBe: scalar.optional(),
  mustNotBe: scalar.optional(),
  mustBeGreaterThan: z.number().optional(),
  mustBeGreaterOrEqualTo: z.number().optional(),
  mustBeLessThan: z.number().optional(),
  mustBeLessOrEqualTo: z.number().optional(),
  mustBeBetween: range.optional(),
  mustNotBeBetween: range.optional(),
  ...alsoAllowed('id', 'authoritativeDefinitions', 'businessImpact', 'customProperties', 'description', 'dimension'),
  ...alsoAllowed('method', 'schedule', 'scheduler', 'tags', 'engine', 'implementation'),
});

export type QualityEntry = z.infer<typeof qualityShape>;

export const slaShape = z.strictObject({
  property: z.string().min(1),
  value: z.union([z.string(), z.number(), z.boolean(), z.null()]),
  unit: z.string().optional(),
  element: z.string().optional(),
  ...alsoAllowed('id', 'valueExt', 'driver', 'description', 'scheduler', 'schedule'),
});

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
  encoding: z.enum(['utf-8', 'utf-16le', 'utf-16be', 'windows-1252']).default('utf-8'),
  compression: z.enum(['none', 'gzip', 'auto']).default('auto'),
  format: z.enum(['csv', 'ndjson']).default('csv'),
  nullText: z
    .string()
    .regex(/^[^"'\r\n]*$/, 'expected text without quotes or line ends')
    .default(''),
  sqlSource: sqlSourceShape.optional(),
  maxRejectShare: z.number().min(0).max(1).default(0),
});

export const ROLE_NAMES = ['id', 'title', 'text', 'author', 'date', 'category'] as const;
export type RoleName = (typeof ROLE_NAMES)[number];

/** Formats of a string that the standard names and that need no check of their own. */
export const UNCHECKED_FORMATS = ['password'] as const;
export const STRING_FORMATS = [...TEXT_FORMATS, ...UNCHECKED_FORMATS] as const;
