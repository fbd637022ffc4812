import type { EventEmitter } from 'node:events';
import { Client, escapeLiteral, type ClientConfig, type QueryArrayConfig } from 'pg';
import { to as copyTo, type CopyToStreamQuery } from 'pg-copy-streams';
import { clientOptions, type PostgresConnection } from '../database/connection';
import { PipelineError } from '../problems/problem';
import type { SqlSource } from './sqlSource';

const SECOND = 1000;
const LIMITS = {
  default_transaction_read_only: 'on',
  statement_timeout: 3600 * SECOND,
  lock_timeout: 60 * SECOND,
  idle_in_transaction_session_timeout: 600 * SECOND,
};
/** Every format that values as text depend on. */
const FORMATS = {
  timezone: 'UTC',
  datestyle: 'ISO,YMD',
  intervalstyle: 'iso_8601',
  bytea_output: 'hex',
  extra_float_digits: 1,
  standard_conforming_strings: 'on',
};
const SESSION = Object.entries({ ...LIMITS, ...FORMATS });
/** Before each statement, because the statement before it may have called `set_config`. */
const RESET = SESSION.map(([name, value]) => `set ${name} = '${value}'`).join('; ');
const BEGIN = 'begin isolation level repeatable read read only';

/**
 * A PostgreSQL database as a source, with one connection per read. `setting` is only used in errors. The query of a contract
 * is foreign text: statements go by the extended protocol, which refuses several in one text; the transaction is read-only;
 * and a statement ends after an hour, waiting for a lock after a minute. Functions with side effects outside of the
 * transaction, such as `pg_terminate_backend`, can be prevented only by the rights of the role.
 */
export function createPostgresSource(connection: PostgresConnection, setting: string): SqlSource {
  return {
    read: async (work, cancelled) => {
      const client = sourceClient(connection);
      const rows = async (text: string): Promise<(string | null)[][]> => {
        cancelled?.throwIfAborted();
        const statement: ExtendedQuery = { text, rowMode: 'array', queryMode: 'extended' };
        return (await client.query<(string | null)[]>(statement)).rows;
      };
      const cancel = (): void => void cancelStatement(connection, client).catch(() => undefined);
      cancelled?.addEventListener('abort', cancel);
      try {
        cancelled?.throwIfAborted();
        await client.connect();
        cancelled?.throwIfAborted();
        await client.query(`${RESET}; ${BEGIN}`);
        const result = await work({
          check: async (query) => {
            // A complete statement has balanced parentheses and quotes, so it can be put in parentheses inside another.
            await rows(`prepare contract_query as\n${query}`);
            await rows('deallocate contract_query');
          },
          value: async (statement) => {
            await client.query(RESET);
            return (await rows(statement))[0]?.[0] ?? null;
          },
          isValue: async (text, type) => {
            await rows('savepoint before_cast');
            try {
              await rows(`select ${escapeLiteral(text)}::${type}`);
              return true;
            } catch (error) {
              if (!String((error as { code?: string }).code).startsWith(DATA_EXCEPTIONS)) throw error;
              await rows('rollback to before_cast');
              return false;
            }
          },
          copy: async (statement, write) => {
            cancelled?.throwIfAborted();
            await client.query(RESET);
            const source = client.query(copyOne(statement));
            await write(source);
            return source.rowCount;
          },
        });
        await client.query('commit');
        return result;
      } catch (error) {
        cancelled?.throwIfAborted();
        throw error instanceof PipelineError ? error : sourceProblem(error, setting);
      } finally {
        cancelled?.removeEventListener('abort', cancel);
        await client.end().catch(() => undefined);
      }
    },
  };
}

function sourceClient(connection: PostgresConnection): Client {
  const client = new Client({
    ...withLimits(connection),
    connectionTimeoutMillis: 10_000,
    application_name: 'extract',
  });
  // The running statement reports the error; without a listener it would end the process.
  client.on('error', () => undefined);
  return client;
}

/** Ends the statement in the server: it would go on there when only its connection ends. A role may cancel its own. */
async function cancelStatement(
  connection: PostgresConnection,
  { processID }: Client & { processID?: number | null },
): Promise<void> {
  if (!processID) return;
  const other = sourceClient(connection);
  try {
    await other.connect();
    await other.query('select pg_cancel_backend($1)', [processID]);
  } finally {
    await other.end().catch(() => undefined);
  }
}

/** The package's types do not know `queryMode`. */
type ExtendedQuery = QueryArrayConfig & { queryMode: 'extended' };

/** Our limits come after the options of the connection string, so that they win. */
function withLimits(connection: PostgresConnection): ClientConfig {
  const limits = Object.entries(LIMITS).map(([name, value]) => `-c ${name}=${value}`);
  if (typeof connection !== 'string') return { ...clientOptions(connection), options: limits.join(' ') };
  const url = new URL(connection);
  const given = url.searchParams.get('options') ?? '';
  url.searchParams.delete('options');
  return { connectionString: url.href, options: [given, ...limits].join(' ').trim() };
}

/** What the package calls of the connection, and what is called here instead. */
interface Wire extends EventEmitter {
  parse(statement: { text: string }): void;
  bind(portal: object): void;
  flush(): void;
  execute(portal: object): void;
  sync(): void;
}

/** COPY by the extended protocol: the package sends the simple one, which takes several statements. */
function copyOne(statement: string): CopyToStreamQuery {
  const copy = copyTo(statement);
  const submit = copy.submit.bind(copy);
  copy.submit = (connection) => {
    const wire = connection as unknown as Wire;
    // The package reads the answers to what it sent, and these two messages have others.
    wire.once('bindComplete', () => {
      const execute = (): void => {
        wire.execute({});
        wire.sync();
      };
      submit(Object.create(connection, { query: { value: execute } }) as typeof connection);
    });
    wire.parse({ text: statement });
    wire.bind({});
    wire.flush();
  };
  return copy;
}

// Retryable SQLSTATE classes: connection, resources, operator intervention, rollback, system error.
const RETRYABLE_CLASSES = new Set(['08', '40', '53', '57', '58']);
const LOCK_NOT_AVAILABLE = '55P03';
/** A query with a parameter, for which no value is given. */
const PROTOCOL_VIOLATION = '08P01';
const QUERY_CANCELED = '57014';
const DATA_EXCEPTIONS = '22';

function sourceProblem(cause: unknown, setting: string): PipelineError {
  const { code = '', message = String(cause) } = cause as { code?: string; message?: string };
  const isSqlState = /^[0-9A-Z]{5}$/.test(code) && /\d/.test(code);
  if (code === QUERY_CANCELED) {
    return new PipelineError('SQL_SOURCE_TIMEOUT', `The SQL source did not answer in time: ${message}`, {
      expected: `an answer to each statement within ${LIMITS.statement_timeout / SECOND} s`,
      where: { setting },
      remedy: 'Make the query of the contract faster, for example by an index on the watermark column.',
      cause,
    });
  }
  const isRetryable =
    code !== PROTOCOL_VIOLATION && (code === LOCK_NOT_AVAILABLE || RETRYABLE_CLASSES.has(code.slice(0, 2)));
  if (isSqlState && !isRetryable) {
    return new PipelineError('SQL_SOURCE_REJECTED', `The SQL source rejected the statement: ${message}`, {
      found: `SQLSTATE ${code}`,
      expected: 'a query that returns every column of the contract, and the watermark column',
      where: { setting },
      remedy: "Correct `sqlSource` in the contract, or the permissions of the source's user.",
      cause,
    });
  }
  return new PipelineError('SQL_SOURCE_UNAVAILABLE', `The SQL source is unavailable: ${message || code}`, {
    where: { setting },
    remedy: `Check that the server of ${setting} is running and accepts connections from here.`,
    cause,
  });
}
