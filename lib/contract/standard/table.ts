import { z } from 'zod';
import { column } from './column';
import { elementFields } from './element';
import { tableRelationships } from './relationships';
import { text } from './values';

export const table = z.strictObject({
  ...elementFields,
  name: text,
  logicalType: z.literal('object').optional(),
  dataGranularityDescription: text.optional(),
  properties: z.array(column).optional(),
  relationships: tableRelationships,
});
