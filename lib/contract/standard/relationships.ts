import { z } from 'zod';
import { customProperties } from './customProperties';
import { fieldsOf, shapeBy } from './shapeBy';
import { text } from './values';

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

const described = { type: z.literal('foreignKey').optional(), customProperties };

/** Of a column, from which it leads. */
export const columnRelationships = z.array(z.strictObject({ ...described, to: end })).optional();

const tableRelationship = z.strictObject({ ...described, from: end, to: end });
const endsAlike = z.unknown().refine((value) => {
  const { from, to } = fieldsOf(value);
  return from === undefined || to === undefined || Array.isArray(from) === Array.isArray(to);
}, 'expected from and to both as one reference, or both as lists');

export const tableRelationships = z.array(shapeBy(() => [tableRelationship, endsAlike])).optional();
