import { Client } from 'pg';
import { clientOptions, type PostgresConnection } from '../../lib/database/connection';
import type { ProblemCode } from '../../lib/problems/codes';
import { PipelineError } from '../../lib/problems/problem';

const LONGEST_WAIT_IN_MILLISECONDS = 5000;

/** Throws, naming the setting, when the user's own PostgreSQL refuses a session: better at the start than during a run. */
export async function expectPostgres(connection: PostgresConnection, abandon?: AbortSignal): Promise<void> {
  const client = new Client({ ...clientOptions(connection), connectionTimeoutMillis: LONGEST_WAIT_IN_MILLISECONDS });
  const giveUp = (): void => void client.end();
  abandon?.addEventListener('abort', giveUp);
  try {
    await client.connect();
  } catch (cause) {
    abandon?.throwIfAborted();
    throw unreachable(
      'POSTGRES_UNREACHABLE',
      typeof connection === 'string' ? 'POSTGRES_URL' : 'POSTGRES_HOST',
      'a PostgreSQL server that takes this user and database',
      cause,
    );
  } finally {
    abandon?.removeEventListener('abort', giveUp);
    await client.end().catch(() => undefined);
  }
}

/** Throws, naming the setting, when no HTTP server answers at the URL. Any answer is accepted. */
export async function expectHttp(
  code: 'STORAGE_UNREACHABLE' | 'VECTORS_UNREACHABLE',
  setting: string,
  url: string,
  abandon?: AbortSignal,
): Promise<void> {
  const timeout = AbortSignal.timeout(LONGEST_WAIT_IN_MILLISECONDS);
  try {
    const response = await fetch(url, { signal: abandon ? AbortSignal.any([abandon, timeout]) : timeout });
    await response.body?.cancel();
  } catch (cause) {
    abandon?.throwIfAborted();
    throw unreachable(code, setting, `a server that answers at ${url}`, cause);
  }
}

function unreachable(code: ProblemCode, setting: string, expected: string, cause: unknown): PipelineError {
  return new PipelineError(code, 'A service that a setting names cannot be reached.', {
    found: reasonOf(cause),
    expected,
    where: { setting },
    remedy:
      'Start the service, correct the setting, or leave the setting empty: the local platform then starts its own service.',
    cause,
  });
}

/** `fetch` and `pg` keep the reason in `cause`, or in the first of several errors. */
function reasonOf(error: unknown): string {
  const { cause, errors, message, code } = error as NodeJS.ErrnoException & { errors?: unknown[] };
  const deeper = cause ?? errors?.[0];
  return deeper === undefined ? message || (code ?? 'no reason given') : reasonOf(deeper);
}
