import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { createPostgres } from '../../lib/database/postgres';
import type { Database } from '../../lib/database/database';

/** Connection string of the Azurite of the test run. */
export function testStorage(): string {
  return required('TEST_STORAGE');
}

export function testQdrantUrl(): string {
  return required('TEST_QDRANT_URL');
}

/** A fresh name: lower-case letters, digits and hyphens, good for containers, collections, datasets. */
export function uniqueName(prefix: string): string {
  return `${prefix}-${randomBytes(5).toString('hex')}`;
}

export interface TestDatabase {
  url: string;
  database: Database;
  drop(): Promise<void>;
}

/** A new empty database on the server of the test run. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const name = uniqueName('test').replaceAll('-', '_');
  await administrate(`create database ${name}`);
  const url = new URL(required('TEST_POSTGRES_URL'));
  url.pathname = `/${name}`;
  const database = createPostgres(url.href);
  return {
    url: url.href,
    database,
    drop: async () => {
      await database.close();
      await administrate(`drop database if exists ${name} with (force)`);
    },
  };
}

async function administrate(statement: string): Promise<void> {
  const client = new Client(required('TEST_POSTGRES_URL'));
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

function required(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is set by tests/support/globalSetup.ts, which did not run`);
  return value;
}
