import { z } from 'zod';
import { customProperties } from './customProperties';
import { stableId, text } from './values';

/** Where questions about the data are answered. */
export const support = z
  .array(
    z.strictObject({
      id: stableId,
      channel: text,
      url: text.optional(),
      description: text.optional(),
      tool: text.optional(),
      scope: text.optional(),
      invitationUrl: text.optional(),
      customProperties,
    }),
  )
  .optional();
