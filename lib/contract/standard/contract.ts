import { z } from 'zod';
import { price, roles, serviceLevel, support, team } from './organisation';
import { table } from './schema';
import { servers } from './servers';
import { authoritativeDefinitions, customProperties, moment, tags, text } from './shapes';

const VERSIONS = ['v3.1.0', 'v3.0.2', 'v3.0.1', 'v3.0.0', 'v2.2.2', 'v2.2.1', 'v2.2.0'];

/**
 * A contract of the Open Data Contract Standard v3.1, whatever the pipeline makes of it: it accepts what the standard's
 * JSON schema accepts, and nothing else. The schema is not shipped here; the tests hold the two against each other.
 */
export const standardContract = z.strictObject({
  apiVersion: z.enum(VERSIONS),
  kind: z.literal('DataContract'),
  id: text,
  version: text,
  status: text,
  name: text.optional(),
  tenant: text.optional(),
  domain: text.optional(),
  dataProduct: text.optional(),
  tags,
  description: z
    .looseObject({
      purpose: text.optional(),
      usage: text.optional(),
      limitations: text.optional(),
      authoritativeDefinitions,
      customProperties,
    })
    .optional(),
  servers,
  schema: z.array(table).optional(),
  support,
  price,
  team,
  roles,
  slaDefaultElement: text.optional(),
  slaProperties: z.array(serviceLevel).optional(),
  authoritativeDefinitions,
  customProperties,
  contractCreatedTs: moment.optional(),
});
