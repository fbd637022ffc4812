import { Client } from 'pg';
import { clientOptions, type PostgresConnection } from '../database/connection';

const RIGHTS = `
  with role as (select * from pg_roles where rolname = current_user),
  relation as (
    select c.oid from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p', 'v', 'm', 'f') and n.nspname !~ '^pg_' and n.nspname <> 'information_schema')
  select right_text from (values
    (1, 'is a superuser', (select rolsuper from role)),
    (2, 'may create roles', (select rolcreaterole from role)),
    (3, 'may run programs on the server', pg_has_role(current_user, 'pg_execute_server_program', 'member')),
    (4, 'may write files of the server', pg_has_role(current_user, 'pg_write_server_files', 'member')),
    (5, 'may end other sessions', pg_has_role(current_user, 'pg_signal_backend', 'member')),
    (6, 'may write to tables', exists (
      select from relation where has_table_privilege(oid, 'insert, update, delete, truncate'))),
    (7, 'may create schemas', has_database_privilege(current_database(), 'create')),
    (8, 'may create tables', exists (
      select from pg_namespace where nspname !~ '^pg_' and has_schema_privilege(oid, 'create'))),
    (9, 'may call functions that run with other rights (security definer)', exists (
      select from pg_proc p join pg_namespace n on n.oid = p.pronamespace
      where p.prosecdef and n.nspname !~ '^pg_' and has_function_privilege(p.oid, 'execute')
        and p.proowner <> (select oid from role)))
  ) as rights (position, right_text, has_right) where has_right order by position`;

/**
 * What the role of a SQL source may do beyond reading, as ends of sentences ("may write to tables"); empty for a role that
 * reads only. A read-only transaction prevents writing to tables, but not programs, ended sessions or files. Throws what
 * the driver throws when the server does not answer.
 */
export async function rightsBeyondReading(connection: PostgresConnection): Promise<string[]> {
  const client = new Client({ ...clientOptions(connection), connectionTimeoutMillis: 5000, statement_timeout: 10_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<[string]>({ text: RIGHTS, rowMode: 'array' });
    return rows.map(([right]) => right);
  } finally {
    await client.end().catch(() => undefined);
  }
}
