import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { findLayout } from '../../../local/platform/layout';
import {
  claimState,
  isOurs,
  readState,
  removeState,
  writeState,
  type PlatformState,
} from '../../../local/platform/stateFile';
import { takeOver } from '../../../local/platform/takeOver';

const folder = mkdtempSync(path.join(tmpdir(), 'platform-state-'));
const stateFile = path.join(folder, 'platform.json');
const started: ChildProcess[] = [];
const silent = (): void => undefined;
const stateOf = (pid: number, more: Partial<PlatformState> = {}): PlatformState => ({
  pid,
  children: [],
  urls: {},
  settings: {},
  ...more,
});

/** Starts a process whose command line looks like that of `npm start`. */
async function lookAlike(...words: string[]): Promise<number> {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)', ...words]);
  started.push(child);
  await once(child, 'spawn');
  return child.pid ?? 0;
}

afterEach(async () => {
  for (const child of started.splice(0)) {
    const closed = once(child, 'close');
    if (child.exitCode === null && child.signalCode === null && child.kill('SIGKILL')) await closed;
  }
  rmSync(stateFile, { force: true });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the claim on the data', () => {
  it('goes to one of two processes', () => {
    expect(claimState(stateFile, stateOf(1))).toBe(true);
    expect(claimState(stateFile, stateOf(2))).toBe(false);
    expect(readState(stateFile)?.pid).toBe(1);
    expect(readdirSync(folder)).toEqual(['platform.json']);
  });

  it('is released only by its holder', () => {
    claimState(stateFile, stateOf(1));
    removeState(stateFile, 2);
    expect(readState(stateFile)?.pid).toBe(1);
    removeState(stateFile, 1);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('names the setting to correct when the folder cannot be used', () => {
    const file = path.join(folder, 'a-file');
    writeFileSync(file, '');
    let thrown: unknown;
    try {
      claimState(path.join(file, 'platform.json'), stateOf(1));
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toMatchObject({ code: 'DATA_FOLDER_UNUSABLE', where: { setting: 'PIPELINE_DATA_DIRECTORY' } });
    rmSync(file);
  });
});

describe('taking over', () => {
  it('is refused while another start is in progress', async () => {
    const pid = await lookAlike('dist/local/commands/start.js');
    writeState(stateFile, stateOf(pid));
    await expect(takeOver(stateFile, silent)).rejects.toMatchObject({ code: 'PLATFORM_RUNNING' });
    expect(readState(stateFile)?.pid).toBe(pid);
  });

  it('waits for a platform that is stopping', async () => {
    const pid = await lookAlike('dist/local/commands/start.js');
    writeState(stateFile, stateOf(pid, { isStopping: true }));
    const said: string[] = [];
    await takeOver(stateFile, (line) => {
      said.push(line);
      expect(existsSync(stateFile)).toBe(true);
      started[0]?.kill('SIGKILL');
    });
    expect(said).toEqual(['waiting until the previous platform has stopped']);
    expect(existsSync(stateFile)).toBe(false);
  });

  (process.platform === 'linux' ? it : it.skip)(
    'does not end a later process that has reused a process id of the state',
    async () => {
      const supervisor = await lookAlike('dist/local/commands/start.js');
      const child = await lookAlike('dist/packages/functions-host/main.js');
      const state = stateOf(supervisor, { children: [child], startedAt: { [supervisor]: '1', [child]: '1' } });
      writeFileSync(stateFile, JSON.stringify(state));
      await takeOver(stateFile, silent);
      expect(existsSync(stateFile)).toBe(false);
      expect(isOurs(child, ['functions-host'])).toBe(true);
    },
  );

  it('replaces an old state with its own process id, left by a restarted container', async () => {
    writeFileSync(stateFile, JSON.stringify(stateOf(process.pid)));
    expect(isOurs(process.pid, ['node', 'jest'])).toBe(false);
    await takeOver(stateFile, silent);
    expect(existsSync(stateFile)).toBe(false);
  });

  it('removes a state that cannot be read', async () => {
    writeFileSync(stateFile, '{"pid": 1');
    await takeOver(stateFile, silent);
    expect(existsSync(stateFile)).toBe(false);
  });
});

describe('the layout', () => {
  it('treats an empty data folder setting as missing, not as the current folder', () => {
    expect(findLayout({ PIPELINE_DATA_DIRECTORY: '' })).toEqual(findLayout({}));
  });
});
