import { z } from 'zod';
import { authoritativeDefinitions, customProperties, day, shapeBy, singleValue, stableId, tags, text } from './shapes';

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

export const price = z
  .strictObject({
    id: stableId,
    priceAmount: z.number().optional(),
    priceCurrency: text.optional(),
    priceUnit: text.optional(),
  })
  .optional();

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
