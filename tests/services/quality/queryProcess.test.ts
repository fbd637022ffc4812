import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { QueryProcessSettings } from '../../../lib/quality/queryProcess';

const ENDLESS = 'WITH RECURSIVE t(a) AS (SELECT 1 UNION ALL SELECT a + 1 FROM t) SELECT count(*) FROM t';

test('the process ends when its parent ends, in the middle of a query without an end', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'query-process-'));
  try {
    const child = fork(path.join(__dirname, '../../support/queryProcessFromSource.cjs'), [], { execArgv: [] });
    const settings: QueryProcessSettings = {
      duckDb: { memoryLimitInMegabytes: 256 },
      folder,
      spillFolder: path.join(folder, 'spill'),
      setUp: 'SELECT 1',
    };
    child.send(settings);
    child.send('SELECT 42');
    expect((await once(child, 'message'))[0]).toEqual({ value: '42' });
    child.send(ENDLESS);
    // Long enough for the query to begin; without the answer that never comes, nothing shows it.
    await pause(300);
    const ended = once(child, 'exit');
    child.disconnect();
    expect(await ended).toEqual([null, 'SIGKILL']);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
