import { z } from 'zod';
import { stableId, text } from './values';

export const price = z
  .strictObject({
    id: stableId,
    priceAmount: z.number().optional(),
    priceCurrency: text.optional(),
    priceUnit: text.optional(),
  })
  .optional();
