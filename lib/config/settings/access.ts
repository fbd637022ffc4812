import { z } from 'zod';
import { ROLES } from '../../access/caller';
import { setting } from '../setting';
import { flag, listOf, url } from '../values';

const roles = listOf(z.enum(ROLES), `some of ${ROLES.join(', ')}, with commas between them`);
const isOrigin = (text: string): boolean => URL.canParse(text) && new URL(text).origin === text;

export const accessSettings = {
  PLATFORM_IDENTITY: setting(
    flag,
    'Trust the sign-in of Static Web Apps or App Service (header x-ms-client-principal). Only where the platform replaces it.',
    { example: 'true' },
  ),
  ENTRA_TENANT_ID: setting(
    z.guid('the id of a tenant').optional(),
    'Accept access tokens of this Entra ID tenant; the app verifies them.',
    { example: '00000000-0000-0000-0000-000000000000' },
  ),
  ENTRA_AUDIENCE: setting(z.string().optional(), 'Application id or URI that a token must be for.', {
    example: 'api://pipeline-x',
  }),
  ENTRA_AUTHORITY: setting(
    url(['https:', 'http:']).default('https://login.microsoftonline.com'),
    'The sign-in service; another one for sovereign clouds.',
  ),
  SIGNED_IN_ROLES: setting(roles, 'Roles of every person who is signed in by the platform: for example reader.'),
  ALLOW_ANONYMOUS: setting(flag, 'Accept callers without an identity, with the roles of ANONYMOUS_ROLES.'),
  ANONYMOUS_ROLES: setting(
    roles.prefault('reader'),
    'Roles of a caller without an identity, where ALLOW_ANONYMOUS is true.',
  ),
  ALLOWED_ORIGINS: setting(
    listOf(z.string().refine(isOrigin, 'an origin'), 'origins such as https://example.org, with commas between them'),
    'Origins of web pages on other hosts that may call the API.',
  ),
  ALL_DOCUMENTS_GROUP: setting(
    z.string().optional(),
    'Group whose members may read every document, also where a contract names other groups.',
    { example: 'data-platform' },
  ),
  LOCAL_TOKEN: setting(
    z.string().min(20, 'at least 20 characters').optional(),
    'Token of a local platform: whoever sends it is its owner. `npm start` sets it. Refused in Azure.',
    { isSecret: true },
  ),
  LOCAL_USER: setting(z.string().default('local'), 'Name of the owner of a local platform. `npm start` sets it.'),
};
