import { z } from 'zod';
import { customProperties } from './customProperties';
import { stableId, text } from './values';

/** Who may read or write, of the contract and of one server. */
export const roles = z
  .array(
    z.strictObject({
      id: stableId,
      role: text,
      description: text.optional(),
      access: text.optional(),
      firstLevelApprovers: text.optional(),
      secondLevelApprovers: text.optional(),
      customProperties,
    }),
  )
  .optional();
