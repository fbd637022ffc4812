import { z } from 'zod';
import { customProperties } from './customProperties';
import { roles } from './roles';
import { SERVER_FIELDS, SERVER_TYPES, type ServerField } from './serverFields';
import { fieldsOf, shapeBy } from './shapeBy';
import { stableId, text, uri } from './values';

const described = {
  id: stableId,
  server: text,
  type: z.enum(Object.keys(SERVER_TYPES)),
  description: text.optional(),
  environment: text.optional(),
  roles,
  customProperties,
};

/** Where one type of server understands a field in its own way. */
const OWN: Record<string, Partial<Record<ServerField, z.ZodType>>> = {
  sftp: { location: uri.regex(/^sftp:\/\//, 'expected a URI that begins with sftp://') },
  custom: { stagingDir: text },
};

const shapes = new Map<unknown, z.ZodType>(
  Object.entries(SERVER_TYPES).map(([type, [must, may = []]]) => {
    const shapeOf = (field: ServerField) => OWN[type]?.[field] ?? SERVER_FIELDS[field];
    const fields = [
      ...must.map((field) => [field, shapeOf(field)] as const),
      ...may.map((field) => [field, shapeOf(field).optional()] as const),
    ];
    return [type, z.strictObject({ ...described, ...Object.fromEntries(fields) })];
  }),
);
// Without a known type no other field can be judged.
const other = z.looseObject(described);

export const servers = z.array(shapeBy((value) => shapes.get(fieldsOf(value)['type']) ?? other)).optional();
