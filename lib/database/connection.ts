import type { ConnectionOptions } from 'node:tls';
import type { ClientConfig } from 'pg';

/** A URL with user and password, or a server that takes tokens of an identity as passwords. */
export type PostgresConnection = string | TokenConnection;

export interface TokenConnection {
  host: string;
  port: number;
  database: string;
  /** Name of the role in PostgreSQL; with Entra ID the name of the identity. */
  user: string;
  /** A valid token. Called for each new connection, because tokens end after about an hour and connections live longer. */
  token: () => Promise<string>;
  /** A token must not travel in plain text, so that TLS is always used. Default: the server's name and the system's roots. */
  tls?: ConnectionOptions;
}

/** The connection as options of the package `pg`. */
export function clientOptions(connection: PostgresConnection): ClientConfig {
  if (typeof connection === 'string') return { connectionString: connection };
  const { token, tls, ...server } = connection;
  return { ...server, password: token, ssl: { rejectUnauthorized: true, ...tls } };
}
