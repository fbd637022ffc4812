import { z } from 'zod';
import { price, roles, serviceLevel, support, team } from './organisation';
import { table } from './schema';
import { servers } from './servers';
import { authoritativeDefinitions, customProperties, moment, tags, text } from './shapes';

const VERSIONS = ['v3.1.0', 'v3.0.2', 'v3.0.1', 'v3.0.0', 'v2.2.2', 'v2.2.1', 'v2.2.0'];

/**
 * A contract of the Open Data Contract Standard v3.1, whether or not the pipeline uses all of it. It accepts exactly what
 * the standard's JSON schema accepts. The schema is not part of this repository; the tests compare the two.
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
