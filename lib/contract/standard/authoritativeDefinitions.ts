import { z } from 'zod';
import { stableId, text } from './values';

/** Where a term is defined; the address may be relative. */
export const authoritativeDefinitions = z
  .array(z.strictObject({ id: stableId, url: text, type: text, description: text.optional() }))
  .optional();
