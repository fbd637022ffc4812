import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Pool, types, type PoolClient } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { diskFullError } from '../problems/diskFullError';
import { PipelineError } from '../problems/problem';
import { clientOptions, type PostgresConnection } from './connection';
import type { CopyValue, Database, Session } from './database';

const BIGINT_OID = 20;
const DATE_OID = 1082;
const parsers = {
  getTypeParser: (oid: number, format?: 'text' | 'binary'): unknown => {
    // Counts stay far below 2^53; a calendar date stays text, because it has no time zone.
    if (oid === BIGINT_OID) return Number;
    if (oid === DATE_OID) return (text: string) => text;
    return types.getTypeParser(oid, format);
  },
};

export interface PostgresOptions {
  /** Default 8. */
  connections?: number;
  /** Of one statement, in milliseconds; a wait for a lock may take at most 3 seconds of it. Default: no limit. */
  timeoutInMilliseconds?: number;
}

const LONGEST_LOCK_WAIT_MS = 3000;
/** When the server itself does not end a statement in time, the connection is given up this much later. */
const SERVER_ANSWERS_WITHIN_MS = 1000;

/** A pool of connections, opened when needed. Sessions use UTC. */
export function createPostgres(connection: PostgresConnection, options: PostgresOptions = {}): Database {
  const { connections = 8, timeoutInMilliseconds: timeout } = options;
  const pool = new Pool({
    ...clientOptions(connection),
    max: connections,
    connectionTimeoutMillis: 5000,
    idleTimeoutMillis: 10000,
    options: '-c timezone=UTC',
    ...(timeout !== undefined && {
      statement_timeout: timeout,
      lock_timeout: Math.min(timeout, LONGEST_LOCK_WAIT_MS),
      query_timeout: timeout + SERVER_ANSWERS_WITHIN_MS,
    }),
    types: parsers as unknown as typeof types,
  });
  // An idle connection that the server ends is replaced at the next use; without a listener it would end the process.
  pool.on('error', () => undefined);
  return {
    query: (text, parameters) => guard(() => pool.query(text, parameters)).then((result) => result.rows as never),
    transaction: (work) => inTransaction(pool, work),
    close: () => pool.end(),
  };
}

async function inTransaction<Result>(pool: Pool, work: (session: Session) => Promise<Result>): Promise<Result> {
  const client = await guard(() => pool.connect());
  let broken: Error | undefined;
  // The pool listens only to idle clients. A connection that ends between two statements would end the process otherwise; the
  // next statement fails with the same error.
  const onError = (error: Error): void => void (broken = error);
  client.on('error', onError);
  try {
    await guard(() => client.query('begin'));
    const result = await work(sessionOf(client));
    await guard(() => client.query('commit'));
    return result;
  } catch (error) {
    await client.query('rollback').catch((rollback: Error) => (broken = rollback));
    throw error;
  } finally {
    client.off('error', onError);
    client.release(broken);
  }
}

function sessionOf(client: PoolClient): Session {
  return {
    query: (text, parameters) => guard(() => client.query(text, parameters)).then((result) => result.rows as never),
    copyInto: (table, columns, rows) =>
      guard(async () => {
        const sink = client.query(copyFrom(`copy ${table} (${columns.join(', ')}) from stdin (format csv)`));
        let count = 0;
        async function* lines(): AsyncGenerator<string> {
          for await (const batch of rows) {
            count += batch.length;
            yield batch.map(csvLine).join('');
          }
        }
        await pipeline(Readable.from(lines()), sink);
        return count;
      }),
  };
}

/** In COPY's csv format an unquoted empty field is null and a quoted one is the empty string. */
function csvLine(values: CopyValue[]): string {
  return `${values.map((value) => (value === null ? '' : `"${textOf(value).replaceAll('"', '""')}"`)).join(',')}\n`;
}

function textOf(value: Exclude<CopyValue, null>): string {
  if (!Array.isArray(value)) return String(value);
  return `{${value.map((entry) => `"${entry.replace(/[\\"]/g, '\\$&')}"`).join(',')}}`;
}

async function guard<Result>(act: () => Promise<Result>): Promise<Result> {
  try {
    return await act();
  } catch (error) {
    throw error instanceof PipelineError ? error : toDatabaseError(error);
  }
}

// Classes of SQLSTATE for which a retry may help: connection, resources, operator intervention, rollback (serialization,
// deadlock), system error.
const RETRYABLE_CLASSES = new Set(['08', '40', '53', '57', '58']);

/** Class of SQLSTATE: the statement is valid, but a value in it is not. */
const DATA_EXCEPTION = '22';

/** SQLSTATE. A server that has no room for its own log ends instead. */
const DISK_FULL = '53100';

/** SQLSTATE for a text with NUL, which JSON and URLs may contain: the input of the caller is wrong, not the statement. */
const UNTRANSLATABLE_TEXT = '22021';

/** SQLSTATE of a statement that a time limit ended, and of one that waited too long for a lock. */
const TIMED_OUT = new Set(['57014', '55P03']);
/** The client's own error, without a code. */
const NO_ANSWER = 'Query read timeout';

function toDatabaseError(error: unknown): PipelineError {
  const { code = '', message = String(error) } = error as { code?: string; message?: string };
  if (code === DISK_FULL) {
    return diskFullError('The disk of PostgreSQL', { found: `SQLSTATE ${code}`, cause: error });
  }
  if (TIMED_OUT.has(code) || message === NO_ANSWER) {
    return new PipelineError('DATABASE_TIMEOUT', `PostgreSQL did not answer in time: ${message}`, {
      remedy:
        'Try again later. When it happens again: something holds a lock, or REQUEST_QUERY_TIMEOUT_SECONDS is too short.',
      cause: error,
    });
  }
  const isSqlState = /^[0-9A-Z]{5}$/.test(code) && /\d/.test(code);
  if (!isSqlState || RETRYABLE_CLASSES.has(code.slice(0, 2))) {
    return new PipelineError('DATABASE_UNAVAILABLE', `PostgreSQL is not available: ${message || code}`, {
      cause: error,
      remedy: 'Check that the server that the POSTGRES settings name is up and accepts connections from here.',
    });
  }
  if (code === UNTRANSLATABLE_TEXT) {
    return new PipelineError('DATABASE_TEXT_UNTRANSLATABLE', 'A text has a character that PostgreSQL cannot hold.', {
      found: message,
      expected: 'text without the NUL character',
      remedy: 'Remove the character from the text.',
      cause: error,
    });
  }
  const isOfValue = code.startsWith(DATA_EXCEPTION);
  return new PipelineError(
    isOfValue ? 'DATABASE_VALUE_REJECTED' : 'DATABASE_REJECTED',
    `PostgreSQL refused the statement: ${message}`,
    {
      found: `SQLSTATE ${code}`,
      cause: error,
    },
  );
}
