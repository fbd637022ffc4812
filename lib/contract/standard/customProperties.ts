import { z } from 'zod';
import { anyValue, stableId, text } from './values';

export const customProperties = z
  .array(z.strictObject({ id: stableId, property: text, value: anyValue, description: text.optional() }))
  .optional();
