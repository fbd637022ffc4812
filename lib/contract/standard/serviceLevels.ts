import { z } from 'zod';
import { singleValue, stableId, text } from './values';

export const serviceLevel = z.strictObject({
  id: stableId,
  property: text,
  value: singleValue,
  valueExt: singleValue.optional(),
  unit: text.optional(),
  element: text.optional(),
  driver: text.optional(),
  description: text.optional(),
  scheduler: text.optional(),
  schedule: text.optional(),
});
