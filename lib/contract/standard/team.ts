import { z } from 'zod';
import { authoritativeDefinitions } from './authoritativeDefinitions';
import { customProperties } from './customProperties';
import { shapeBy } from './shapeBy';
import { day, stableId, tags, text } from './values';

const described = { id: stableId, description: text.optional(), tags, customProperties, authoritativeDefinitions };

const members = z.array(
  z.strictObject({
    ...described,
    username: text,
    name: text.optional(),
    role: text.optional(),
    dateIn: day.optional(),
    dateOut: day.optional(),
    replacedByUsername: text.optional(),
  }),
);

const namedTeam = z.strictObject({ ...described, name: text.optional(), members: members.optional() });

/** A team with its members, or the members alone, as before version 3.1. */
export const team = shapeBy((value) => (Array.isArray(value) ? members : namedTeam)).optional();
