import { authoritativeDefinitions } from './authoritativeDefinitions';
import { customProperties } from './customProperties';
import { quality } from './quality';
import { stableId, tags, text } from './values';

/** What tables and columns have in common. */
export const elementFields = {
  id: stableId,
  physicalName: text.optional(),
  physicalType: text.optional(),
  businessName: text.optional(),
  description: text.optional(),
  tags,
  quality,
  customProperties,
  authoritativeDefinitions,
};
