import { z } from 'zod';
import { PipelineError, type Problem } from '../problems/problem';
import type {
  AddFile,
  CommitInfo,
  DeltaAction,
  DeltaSchema,
  MetaData,
  Protocol,
  RemoveFile,
  Transaction,
} from './deltaActions';

/**
 * The form of a log action, for the lines of commits and the rows of checkpoints. A message of the schema says what is
 * expected. What reading needs is checked; other fields are left out when they are not valid, and unknown ones are kept.
 */

type Where = NonNullable<Problem['where']>;

const text = z.string('a string');
const integer = z.int('a whole number').nonnegative('0 or more');

/** Null means absent: some writers write every field. */
function optional<T>(schema: z.ZodType<T>) {
  return schema.nullish().transform((value) => value ?? undefined);
}

function unneeded<T>(schema: z.ZodType<T>) {
  return schema.optional().catch(undefined);
}

const path = text
  .min(1, 'a path')
  .refine(isUrlEncoded, 'a URL-encoded path, in which two hexadecimal digits of UTF-8 follow each %');
const partitionValues = z.record(
  text,
  z.string('a string or null').nullable(),
  'an object with the value of each partition column',
);
const deletionVector = optional(
  z.looseObject(
    { storageType: text, pathOrInlineDv: text, offset: optional(integer) },
    'an object that describes a deletion vector',
  ),
);

const add: z.ZodType<AddFile> = z.looseObject(
  {
    path,
    partitionValues,
    size: integer,
    modificationTime: unneeded(z.number()),
    dataChange: unneeded(z.boolean()),
    stats: unneeded(z.string()),
    tags: unneeded(z.record(text, text.nullable())),
    deletionVector,
  },
  'an object that describes a file',
);

const remove: z.ZodType<RemoveFile> = z.looseObject(
  {
    path,
    // Vacuum deletes by this time.
    deletionTimestamp: optional(z.number('milliseconds since 1970')),
    dataChange: unneeded(z.boolean()),
    extendedFileMetadata: unneeded(z.boolean()),
    partitionValues: optional(partitionValues),
    size: unneeded(z.number()),
    deletionVector,
  },
  'an object that names a file',
);

const schemaString = text.superRefine((value, context) => {
  try {
    parseSchema(value);
  } catch (error) {
    context.addIssue({ code: 'custom', message: `the schema as JSON (${faultOf(error)})` });
  }
});

const metaData: z.ZodType<MetaData> = z.looseObject(
  {
    id: unneeded(text),
    name: unneeded(text),
    description: unneeded(text),
    format: unneeded(z.looseObject({ provider: text })),
    schemaString,
    partitionColumns: z.array(text, 'a list of column names'),
    configuration: optional(z.record(text, text, 'an object of strings')).transform((properties) => properties ?? {}),
    createdTime: unneeded(z.number()),
  },
  'an object with the schema of the table',
);

const features = optional(z.array(text, 'a list of feature names'));
const protocol: z.ZodType<Protocol> = z.looseObject(
  { minReaderVersion: integer, minWriterVersion: integer, readerFeatures: features, writerFeatures: features },
  'an object with the versions of the protocol',
);

const txn: z.ZodType<Transaction> = z.looseObject(
  { appId: text, version: z.int('a whole number'), lastUpdated: unneeded(z.number()) },
  'an object that names a transaction',
);

/** Writers may put anything here: it is never a reason to refuse a table. */
const commitInfo: z.ZodType<CommitInfo> = z
  .looseObject({
    // The times that a `Date` can hold.
    timestamp: unneeded(z.number().min(-8.64e15).max(8.64e15)),
    operation: unneeded(text),
    operationParameters: unneeded(z.record(text, z.unknown())),
    readVersion: unneeded(z.number()),
    isBlindAppend: unneeded(z.boolean()),
    engineInfo: unneeded(text),
    operationMetrics: unneeded(z.record(text, z.unknown())),
  })
  .catch({});

const ACTIONS: Record<string, z.ZodType> = { add, remove, metaData, protocol, txn, commitInfo };

const SCHEMA = z.looseObject(
  {
    type: z.literal('struct', '"struct"'),
    fields: z.array(
      z.looseObject(
        {
          name: text,
          type: z.union([text, z.looseObject({})], 'the name of a type, or a nested type'),
          nullable: z.boolean('true or false'),
          metadata: optional(z.record(text, z.unknown(), 'an object')).transform((properties) => properties ?? {}),
        },
        'an object that describes a column',
      ),
      'a list of columns',
    ),
  },
  'an object with the columns',
);

/**
 * The action that a line of a commit or a row of a checkpoint holds; undefined for actions that are not known here. Error:
 * LAKE_LOG_BROKEN at `where`.
 */
export function parseAction(value: unknown, where: Where): DeltaAction | undefined {
  const kind = kindOf(value, where);
  if (kind === undefined) return undefined;
  const action = (value as Record<string, unknown>)[kind];
  const parsed = ACTIONS[kind]?.safeParse(action);
  if (parsed?.error !== undefined) throw notAnAction(where, describeIssue(parsed.error, kind, action));
  return { [kind]: parsed?.data } as unknown as DeltaAction;
}

/** Undefined for an action that is not known here. */
function kindOf(value: unknown, where: Where): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw notAnAction(where, { found: excerpt(value), expected: 'an object with one action' });
  }
  const actions = value as Record<string, unknown>;
  const fields = Object.keys(actions);
  const set = fields.filter((kind) => actions[kind] !== null);
  const known = set.filter((kind) => Object.hasOwn(ACTIONS, kind));
  if (known.length > 1 || (fields.length > 0 && set.length === 0)) {
    throw notAnAction(where, { found: excerpt(value), expected: 'one action in each line' });
  }
  return known[0];
}

/** The columns of a table. Throws a SyntaxError or a ZodError, which `parseAction` turns into LAKE_LOG_BROKEN. */
export function parseSchema(schema: string): DeltaSchema {
  return SCHEMA.parse(JSON.parse(schema)) as DeltaSchema;
}

function isUrlEncoded(value: string): boolean {
  if (!value.includes('%')) return true;
  try {
    decodeURIComponent(value);
    return true;
  } catch {
    return false;
  }
}

function faultOf(error: unknown): string {
  if (!(error instanceof z.ZodError)) return error instanceof Error ? error.message : String(error);
  const [issue] = error.issues;
  return `${issue?.path.join('.') || 'all'}: ${issue?.message}`;
}

function describeIssue(error: z.ZodError, kind: string, action: unknown): { found: string; expected: string } {
  const [issue] = error.issues;
  const field = [kind, ...(issue?.path ?? [])].join('.');
  const found = issue?.path.reduce<unknown>((parent, key) => (parent as Record<PropertyKey, unknown>)[key], action);
  return {
    found: found === undefined ? `no ${field}` : `${field}: ${excerpt(found)}`,
    expected: `${field}: ${issue?.message}`,
  };
}

function excerpt(value: unknown): string {
  return JSON.stringify(value).slice(0, 100);
}

function notAnAction(where: Where, details: { found: string; expected: string }): PipelineError {
  return new PipelineError('LAKE_LOG_BROKEN', 'The log of the table has an action that is not valid.', {
    ...details,
    where,
    remedy: LOG_REMEDY,
  });
}

export const LOG_REMEDY = 'Restore the log from a backup, or remove the table and ingest its dates again.';
