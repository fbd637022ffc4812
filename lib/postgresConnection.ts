import { postgresTokenProvider } from './azureIdentity';
import type { PostgresAccess } from './config/config';
import type { PostgresConnection } from './database/connection';

/** How to connect to the server that a setting names. */
export function postgresConnection(access: PostgresAccess): PostgresConnection {
  if (access.kind === 'url') return access.url;
  const { kind: _, ...server } = access;
  return { ...server, token: postgresTokenProvider() };
}

/** Where the server is, without a password. */
export function addressOfPostgres(access: PostgresAccess): string {
  return access.kind === 'url' ? access.url : `postgres://${access.host}:${access.port}`;
}
