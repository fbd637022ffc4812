import { rmSync } from 'node:fs';
import { postgresFolder } from '../../local/postgres/postgres';

export default async function globalTeardown(): Promise<void> {
  const servers = globalThis.stopTestServers;
  if (!servers) return;
  await servers.stop();
  rmSync(postgresFolder(servers.folder), { recursive: true, force: true });
  rmSync(servers.folder, { recursive: true, force: true });
}
