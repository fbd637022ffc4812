import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { migrate } from '../../lib/database/migrate';
import { createPostgres } from '../../lib/database/postgres';
import { describeProblem } from '../../lib/problems/describeProblem';
import { toProblem } from '../../lib/problems/problem';
import { describeSchema } from '../postgres/describeSchema';
import { startPostgres } from '../postgres/postgres';
import { complain } from '../terminal/print';

const SCHEMA_FILE = 'lib/database/schema.sql';

/** Migrates an empty database on a temporary PostgreSQL server and writes its schema dump. */
async function main(): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), 'pipeline-x-schema-'));
  const server = await startPostgres({ dataDirectory: folder });
  const database = createPostgres(server.adminUrl);
  try {
    await migrate(database);
    const head = '-- The schema that lib/database/migrations make. Written by `npm run schema`; not to be edited.\n\n';
    writeFileSync(SCHEMA_FILE, head + (await describeSchema(database)));
  } finally {
    await database.close();
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

main().catch((error: unknown) => {
  complain(describeProblem(toProblem(error)));
  process.exitCode = 1;
});
