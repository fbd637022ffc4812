import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { Client } from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import { PipelineError } from '../problems/problem';
import type { SqlSource } from './sqlSource';

/** Sets every format that values as text depend on. */
const SESSION = [
  "set time zone 'UTC'",
  "set datestyle to 'ISO, YMD'",
  "set intervalstyle to 'iso_8601'",
  "set bytea_output to 'hex'",
  'set extra_float_digits to 1',
  'set standard_conforming_strings to on',
  'begin isolation level repeatable read read only',
].join('; ');

/** A PostgreSQL database as a source, with one connection per read. `setting` is only used in errors. */
export function createPostgresSource(connectionString: string, setting: string): SqlSource {
  return {
    read: async (work) => {
      const client = new Client({ connectionString, connectionTimeoutMillis: 10_000, application_name: 'extract' });
      // The running statement reports the error; without a listener it would end the process.
      client.on('error', () => undefined);
      try {
        await client.connect();
        await client.query(SESSION);
        const result = await work({
          value: async (statement) => {
            const { rows } = await client.query<(string | null)[]>({ text: statement, rowMode: 'array' });
            return rows[0]?.[0] ?? null;
          },
          copy: async (statement, localFile) => {
            const source = client.query(copyTo(statement));
            await pipeline(source, createWriteStream(localFile));
            return source.rowCount;
          },
        });
        await client.query('commit');
        return result;
      } catch (error) {
        throw error instanceof PipelineError ? error : sourceProblem(error, setting);
      } finally {
        await client.end().catch(() => undefined);
      }
    },
  };
}

// Retryable SQLSTATE classes: connection, resources, operator intervention, rollback, system error.
const RETRYABLE_CLASSES = new Set(['08', '40', '53', '57', '58']);

function sourceProblem(cause: unknown, setting: string): PipelineError {
  const { code = '', message = String(cause) } = cause as { code?: string; message?: string };
  const isSqlState = /^[0-9A-Z]{5}$/.test(code) && /\d/.test(code);
  if (isSqlState && !RETRYABLE_CLASSES.has(code.slice(0, 2))) {
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
