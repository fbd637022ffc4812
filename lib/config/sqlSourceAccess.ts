import type { PostgresAccess } from './config';
import { SETTINGS } from './settings';
import { postgresUrl } from './values';

/** What is wrong with a value. Values are secret, so that they are not shown. */
interface Refusal {
  found: string;
  expected: string;
}

const IDENTITY = 'authentication';
const IDENTITY_EXAMPLE = 'postgres://role@host:5432/database?authentication=identity';

/**
 * A SQL source from the text of its setting: a URL with user and password, or, with `authentication=identity` in its query,
 * a URL without a password for the identity of the app.
 */
export function sqlSourceAccess(text: string): PostgresAccess | Refusal {
  if (!postgresUrl.safeParse(text).success) {
    return {
      found: 'a value that is kept secret',
      expected: `the URL of a SQL source, for example ${SETTINGS.POSTGRES_URL.example} or ${IDENTITY_EXAMPLE}`,
    };
  }
  const url = new URL(text);
  const authentication = url.searchParams.get(IDENTITY);
  if (authentication === null) return { kind: 'url', url: text };
  const server = {
    host: url.hostname,
    port: Number(url.port || 5432),
    database: decodeURIComponent(url.pathname.slice(1)),
    user: decodeURIComponent(url.username),
  };
  if (authentication !== 'identity') {
    return { found: `authentication=${authentication}`, expected: `authentication=identity, or no authentication` };
  }
  if (url.password !== '') {
    return {
      found: 'authentication=identity and a password',
      expected: `no password, for example ${IDENTITY_EXAMPLE}`,
    };
  }
  if (!server.host || !server.database || !server.user) {
    return { found: 'a URL without host, database or user', expected: `all three, for example ${IDENTITY_EXAMPLE}` };
  }
  return { kind: 'identity', ...server };
}
