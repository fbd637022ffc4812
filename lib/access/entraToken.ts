import type { JWTPayload, JWTVerifyGetKey } from 'jose' with { 'resolution-mode': 'import' };
import { PipelineError } from '../problems/problem';
import { bearerToken } from './bearerToken';
import { splitRoles, type Caller } from './caller';
import type { Identify } from './identity';

export interface EntraAccess {
  /** Id of the tenant whose tokens are accepted. */
  tenantId: string;
  /** The application id or its URI: what the `aud` claim must be. */
  audience: string;
  /** Of the sign-in service, without a slash at its end. */
  authority: string;
}

const CLOCK_TOLERANCE_IN_SECONDS = 60;
/** What jose throws when the fault lies with the token and not with fetching the keys. */
const TOKEN_FAULT = /^ERR_(?:JWT|JWS|JOSE_ALG_NOT_ALLOWED|JOSE_NOT_SUPPORTED|JWKS_NO_MATCHING_KEY|JWKS_MULTIPLE)/;

/**
 * The caller of an Entra ID access token (v1 or v2) in the Authorization header. The app verifies it itself: signature by the
 * tenant's published keys (fetched once, and again when an unknown key appears), issuer, audience, and time.
 * Throws TOKEN_INVALID (401), and IDENTITY_UNAVAILABLE (503) when the keys cannot be fetched.
 */
export function entraToken(access: EntraAccess): Identify {
  const tenant = `${access.authority}/${access.tenantId}`;
  const issuers = [`${tenant}/v2.0`, `https://sts.windows.net/${access.tenantId}/`];
  let keys: JWTVerifyGetKey | undefined;
  return async (headers) => {
    const token = bearerToken(headers);
    if (token === undefined) return undefined;
    const { createRemoteJWKSet, jwtVerify } = await import('jose');
    keys ??= createRemoteJWKSet(new URL(`${tenant}/discovery/v2.0/keys`));
    try {
      const { payload } = await jwtVerify(token, keys, {
        issuer: issuers,
        audience: access.audience,
        algorithms: ['RS256', 'PS256', 'ES256'],
        requiredClaims: ['exp', 'oid'],
        clockTolerance: CLOCK_TOLERANCE_IN_SECONDS,
      });
      return callerOf(payload);
    } catch (error) {
      throw refusal(error);
    }
  };
}

/** An application that signs in for itself has no `name`; its token says `idtyp: app` or lacks `scp`. */
function callerOf(claims: JWTPayload): Caller {
  const id = String(claims.oid);
  const { roles, groups } = splitRoles(textsOf(claims.roles));
  const name = [
    claims.preferred_username,
    claims.upn,
    claims.unique_name,
    claims.name,
    claims.app_displayname,
    claims.azp,
  ];
  const isApplication = claims.idtyp === 'app' || (claims.scp === undefined && claims.idtyp !== 'user');
  return {
    id,
    name: name.find((one): one is string => typeof one === 'string' && one !== '') ?? id,
    kind: isApplication ? 'application' : 'person',
    roles,
    groups: [...groups, ...textsOf(claims.groups)],
  };
}

function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((entry): entry is string => typeof entry === 'string') : [];
}

function refusal(error: unknown): PipelineError {
  const { code, message } = error as { code?: string; message?: string };
  if (code !== undefined && TOKEN_FAULT.test(code)) {
    return new PipelineError('TOKEN_INVALID', 'The access token is not valid for this API.', {
      found: message,
      expected: 'an access token of the configured tenant and audience that has not expired',
      remedy: 'Sign in again and send the new access token.',
      cause: error,
    });
  }
  return new PipelineError('IDENTITY_UNAVAILABLE', 'The keys of the sign-in service cannot be fetched.', {
    found: message,
    remedy: 'Try again; when it persists, check ENTRA_TENANT_ID, ENTRA_AUTHORITY and the network.',
    cause: error,
  });
}
