import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import type { PlatformState } from '../../local/platform/stateFile';
import type { StartReport } from '../../local/terminal/report';
import { mountSmallDisk } from '../support/smallDisk';
import { lastJson, processesWith, startCommand, type StartedCommand } from './startCommand';

jest.setTimeout(240_000);

const MEGABYTE = 1024 * 1024;
const disk = mountSmallDisk(200);
const folder = mkdtempSync(path.join(tmpdir(), 'upload-'));
afterAll(() => {
  disk?.remove();
  rmSync(folder, { recursive: true, force: true });
});
const UPLOAD = path.resolve(__dirname, '../../dist/local/commands/upload.js');
const onSmallDisk = disk ? it : it.skip;
const data = path.join(disk?.folder ?? '', 'data');
// A database server that runs as another user keeps its cluster here only where it may enter.
if (disk) mkdirSync(data, { mode: 0o755 });

async function start(): Promise<{ code: number | null; command: StartedCommand }> {
  const command = startCommand(data, {}, '--once', '--json');
  const { code } = await command.ended;
  return { code, command };
}

/** One JSON document on stdout, the code in it, and no stack of Node.js. */
function expectDiskFull({ code, command }: { code: number | null; command: StartedCommand }): StartReport {
  const report = JSON.parse(command.stdout()) as StartReport;
  expect({ code, error: report.error }).toMatchObject({ code: 1, error: { code: 'DISK_FULL' } });
  expect(report.error?.remedy).toContain('Free some space');
  expect(command.output()).not.toMatch(/^\s+at .+:\d+:\d+/m);
  expect(processesWith(data)).toEqual([]);
  return report;
}

onSmallDisk.each([
  ['nothing is free', 0],
  ['there is no room for a database', 3 * MEGABYTE],
])('a start says DISK_FULL when %s', async (_, left) => {
  disk?.fill(left);
  expectDiskFull(await start());
  disk?.free();
});

onSmallDisk('a run whose disk becomes full says so, and the next start completes it', async () => {
  // Room for the database and its first log files, not for the sample.
  disk?.fill(62 * MEGABYTE);
  const report = expectDiskFull(await start());
  expect(report.urls.web).toBeDefined();
  disk?.free();
  const { code, command } = await start();
  const next = lastJson<StartReport>(command);
  expect({ code, status: next.status, error: next.error }).toEqual({ code: 0, status: 'Completed', error: null });
});

onSmallDisk.each([
  ['no room is left', 0, 64 * 1024],
  ['the file is larger than what is left', 24 * MEGABYTE, 40 * MEGABYTE],
])('an upload says DISK_FULL when %s', async (_, left, size) => {
  const command = startCommand(data, {}, '--no-ingest', '--json');
  await command.said(/The platform keeps running/);
  const file = path.join(folder, 'a.csv');
  writeFileSync(file, 'x'.repeat(size));
  disk?.fill(left);
  const upload = promisify(execFile)(process.execPath, [UPLOAD, 'letters', '2026-01-01', file], {
    env: { ...process.env, PIPELINE_DATA_DIRECTORY: data },
  });
  const { stdout, stderr } = await upload.then(
    ({ stdout }) => ({ stdout, stderr: '' }),
    (error: { stdout: string; stderr: string }) => error,
  );
  disk?.free();
  command.process.kill('SIGTERM');
  await command.ended;
  expect(stdout).toBe('');
  expect(stderr).toMatch(/^DISK_FULL .*data folder is full.*KiB free.*Free some space on that disk.*\n$/);
});

onSmallDisk('a running platform whose disk becomes full ends with DISK_FULL, and stops what it started', async () => {
  const command = startCommand(data, {}, '--no-ingest', '--json');
  await command.said(/The platform keeps running/);
  disk?.fill();
  const { urls, hostKey = '' } = JSON.parse(readFileSync(path.join(data, 'platform.json'), 'utf8')) as PlatformState;
  // More than the last page of its journal has room for.
  await fetch(`${urls.functions}/runtime/webhooks/durabletask/orchestrators/ingest?code=${hostKey}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ dataset: 'x'.repeat(100_000), date: '2021-04-28' }),
  }).catch(() => undefined);
  const { code } = await command.ended;
  disk?.free();
  expect(code).toBe(1);
  expect(command.output()).toContain('DISK_FULL');
  expect(processesWith(data)).toEqual([]);
});
