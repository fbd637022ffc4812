import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { inTemporaryFolder, withTemporaryFolder } from '../../../lib/storage/temporaryFolder';

let parent: string;
beforeEach(async () => {
  parent = await mkdtemp(path.join(tmpdir(), 'temporary-folder-'));
});
afterEach(() => rm(parent, { recursive: true, force: true }));

describe('a temporary folder', () => {
  it('is removed when the work succeeds, fails, or is only partly read', async () => {
    const fill = (folder: string) => writeFile(path.join(folder, 'file'), 'x');
    await withTemporaryFolder(parent, fill);
    await expect(
      withTemporaryFolder(parent, async (folder) => {
        await fill(folder);
        throw new Error('the work failed');
      }),
    ).rejects.toThrow('the work failed');
    const numbers = inTemporaryFolder(parent, async function* (folder) {
      await fill(folder);
      yield 1;
      yield 2;
    });
    for await (const number of numbers) {
      expect(number).toBe(1);
      break;
    }
    expect(await readdir(parent)).toEqual([]);
  });

  it('of a killed process is removed by the next one, but not of a running process', async () => {
    const gone = spawnSync(process.execPath, ['-e', '']).pid;
    const orphan = path.join(parent, `lake-${gone}-abc`);
    const used = path.join(parent, `lake-${process.ppid}-abc`);
    const foreign = path.join(parent, 'something-else');
    for (const folder of [orphan, used, foreign]) await mkdir(folder);
    await withTemporaryFolder(parent, async () => {
      expect([orphan, used, foreign].map((folder) => existsSync(folder))).toEqual([false, true, true]);
    });
  });
});
