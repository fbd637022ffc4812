import { z } from 'zod';
import { sqlSourceShape } from '../sqlSource';
import { comparisons, METRICS } from '../standard/quality';
import { TEXT_FORMATS } from '../textFormat';

const bound = z.union([z.number(), z.string().min(1)], 'expected a number, or a date as text').optional();

/** The supported options. All others are refused: a promise that nobody checks is worse than no promise. */
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
    defaultTimezone: z.enum(['Etc/UTC', 'UTC'], 'times are stored in UTC: expected Etc/UTC').optional(),
  })
  .optional();

/** A column. `standardContract` reports its faults against the standard; the same holds for the shapes below. */
export const propertyShape = z.object({
  name: z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'expected a column name of letters, digits and underscores'),
  /** Empty when the column has no name in the header, such as the index that pandas writes. */
  physicalName: z.string().optional(),
  physicalType: z.string().optional(),
  logicalType: z.enum(['string', 'integer', 'number', 'boolean', 'date', 'timestamp']),
  required: z.boolean().default(false),
  unique: z.boolean().default(false),
  primaryKey: z.boolean().default(false),
  primaryKeyPosition: z.int().optional(),
  logicalTypeOptions,
});

/**
 * What the pipeline reads from a contract, and requires beyond the standard. `standardContract` alone checks everything
 * else.
 */
export const contractShape = z.object({
  apiVersion: z.string().regex(/^v3\./, 'expected version 3 of the standard, e.g. v3.1.0'),
  id: z.string().min(1),
  version: z.string().min(1),
  status: z.string().min(1),
  description: z.object({ purpose: z.string().optional() }).optional(),
  schema: z
    .array(z.object({ name: z.string().min(1), properties: z.array(propertyShape).min(2) }))
    .length(1, 'expected exactly one table: one contract per dataset'),
});

export type ContractProperty = z.infer<typeof propertyShape>;

const scalar = z.union([z.string(), z.number(), z.boolean()], 'expected a text, a number, or true or false');
const range = comparisons.mustBeBetween.refine(
  (ends) => ends === undefined || ends[0] < ends[1],
  'expected two numbers, the smaller one first',
);

/** A quality rule that is evaluated. `readQuality` checks which fields may be combined. */
export const qualityShape = z.object({
  ...comparisons,
  mustBe: scalar.optional(),
  mustNotBe: scalar.optional(),
  mustBeBetween: range,
  mustNotBeBetween: range,
  name: z.string().min(1).optional(),
  type: z.enum(['library', 'sql']).optional(),
  severity: z.enum(['info', 'warning', 'error']).default('error'),
  unit: z.string().optional(),
  metric: z.enum(METRICS).optional(),
  rule: z.never('rule is the older name of metric; only metric is read').optional(),
  arguments: z
    .strictObject({
      missingValues: z.array(scalar.nullable()).min(1).optional(),
      validValues: z.array(scalar).min(1).optional(),
      pattern: z.string().min(1).optional(),
      properties: z.array(z.string()).min(1).optional(),
    })
    .optional(),
  query: z.string().min(1).optional(),
});

export type QualityEntry = z.infer<typeof qualityShape>;

const pattern = z.string().min(1).max(1024);

/** Values of the top-level customProperties that say how the files are written and how much may be rejected. */
export const sourceShape = z.object({
  glob: z
    .union(
      [pattern, z.array(pattern).min(1)],
      'expected a file name pattern of up to 1,024 characters, or a list of them',
    )
    .default('*.csv'),
  globIgnoresCase: z.boolean().optional(),
  delimiter: z
    .string()
    .regex(/^[^A-Za-z0-9"\r\n]$/, 'expected one ASCII character other than a letter, digit, quote or line end')
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
  emptyIsNull: z.boolean('expected true or false').default(false),
  sqlSource: sqlSourceShape.optional(),
  maxRejectShare: z.number().min(0).max(1).default(0),
  ignoredFiles: z.enum(['warning', 'error']).optional(),
  key: z.literal('rowHash', 'expected rowHash').optional(),
  repeatedKeys: z
    .union(
      [z.enum(['reject', 'keepFirst']), z.strictObject({ keepLastBy: z.string().min(1) })],
      'expected reject, keepFirst or {keepLastBy: <column>}',
    )
    .optional(),
});

export type SourceProperties = z.infer<typeof sourceShape>;

export const ROLE_NAMES = ['id', 'title', 'text', 'author', 'date', 'category', 'access'] as const;
export type RoleName = (typeof ROLE_NAMES)[number];

/** String formats of the standard that need no check. */
const UNCHECKED_FORMATS = ['password'] as const;
export const STRING_FORMATS = [...TEXT_FORMATS, ...UNCHECKED_FORMATS] as const;
