import { chownSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client } from 'pg';
import { generate } from 'selfsigned';
import { postgresFolder, startPostgres, type RunningPostgres } from '../../local/postgres/postgres';

export interface TlsPostgres extends RunningPostgres {
  /** Its own certificate, for the name `localhost` and 127.0.0.1. PEM. */
  certificate: string;
  /** Runs statements as the superuser. */
  administrate(...statements: string[]): Promise<void>;
}

/** A PostgreSQL server of its own that accepts TLS, and over the network only TLS, as Azure's does. */
export async function startTlsPostgres(): Promise<TlsPostgres> {
  const folder = mkdtempSync(path.join(tmpdir(), 'pipeline-x-tls-'));
  const server = await startPostgres({ dataDirectory: folder });
  const run = async (statements: string[], ca?: string): Promise<void> => {
    const client = new Client({ connectionString: server.adminUrl, ...(ca && { ssl: { ca } }) });
    await client.connect();
    try {
      for (const statement of statements) await client.query(statement);
    } finally {
      await client.end();
    }
  };
  const { cert, private: key } = await generate([{ name: 'commonName', value: 'localhost' }], {
    keySize: 2048,
    algorithm: 'sha256',
    extensions: [
      { name: 'basicConstraints', cA: true },
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: 'localhost' },
          { type: 7, ip: '127.0.0.1' },
        ],
      },
    ],
  });
  const cluster = path.join(postgresFolder(folder), 'cluster');
  const { uid, gid } = statSync(cluster);
  for (const [name, text] of [
    ['server.crt', cert],
    ['server.key', key],
  ] as const) {
    const file = path.join(cluster, name);
    writeFileSync(file, text, { mode: 0o600 });
    chownSync(file, uid, gid);
  }
  const hba = path.join(cluster, 'pg_hba.conf');
  writeFileSync(hba, 'hostssl all all 127.0.0.1/32 scram-sha-256\n');
  await run(['alter system set ssl = on', 'select pg_reload_conf()']);
  return {
    ...server,
    certificate: cert,
    administrate: (...statements) => run(statements, cert),
    stop: async () => {
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
      rmSync(postgresFolder(folder), { recursive: true, force: true });
    },
  };
}
