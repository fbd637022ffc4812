import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { postgresFolder } from '../../local/postgres/postgres';
import type { StartReport } from '../../local/terminal/report';
import { lastJson, processesWith, startCommand } from './startCommand';

jest.setTimeout(120_000);

const ROOT = path.resolve(__dirname, '../..');
const folders: string[] = [];
const newFolder = (): string => {
  const folder = mkdtempSync(path.join(tmpdir(), 'refusals-'));
  folders.push(folder);
  return folder;
};
afterAll(() => {
  for (const folder of folders) {
    rmSync(postgresFolder(folder), { recursive: true, force: true });
    rmSync(folder, { recursive: true, force: true });
  }
});

describe('the app with missing and wrong settings', () => {
  it('reports all of them at once and does not start', async () => {
    const host = spawn(
      process.execPath,
      [path.join(ROOT, 'dist/packages/functions-host/main.js'), ROOT, '--port', '0', '--data', newFolder()],
      { env: { PATH: process.env.PATH, PARQUET_CODEC: 'gzip', INGEST_SCHEDULE: 'daily' } },
    );
    let output = '';
    host.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    host.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
    const code = await new Promise<number | null>((resolve) => host.once('close', resolve));
    expect(code).toBe(1);
    for (const name of ['PARQUET_CODEC', 'POSTGRES_URL', 'QDRANT_URL', 'INGEST_SCHEDULE', 'LAKE_CONNECTION_STRING']) {
      expect(output).toContain(name);
    }
    expect(output).toContain('found "gzip"; expected snappy or zstd');
  });

  it('is reported by the supervisor, which stops the rest', async () => {
    const data = newFolder();
    const command = startCommand(data, { PARQUET_CODEC: 'gzip' }, '--once');
    expect((await command.ended).code).toBe(1);
    expect(command.output()).toContain('Functions host ended at once');
    expect(command.output()).toContain('found "gzip"; expected snappy or zstd');
    expect(processesWith(data)).toEqual([]);
  });
});

describe('a busy port', () => {
  const holders: Server[] = [];
  afterAll(() => Promise.all(holders.map((holder) => new Promise((resolve) => holder.close(resolve)))));

  it('is not used: the platform reports and uses the next free port', async () => {
    const holder = createServer();
    holders.push(holder);
    await new Promise<void>((resolve, reject) => {
      holder.once('error', reject);
      holder.listen(0, '127.0.0.1', resolve);
    });
    const { port } = holder.address() as { port: number };
    const command = startCommand(newFolder(), { PIPELINE_WEB_PORT: String(port) }, '--no-ingest');
    await command.said(/The platform keeps running/);
    const [, taken] = await command.said(new RegExp(`port ${port} is in use; web takes (\\d+)`));
    expect(Number(taken)).toBeGreaterThan(port);
    expect((await fetch(`http://127.0.0.1:${taken}/`)).status).toBe(200);
    command.process.kill('SIGINT');
    expect((await command.ended).code).toBe(0);
  });
});

describe('PIPELINE_HOST=func without Core Tools', () => {
  const isInstalled = (process.env.PATH ?? '')
    .split(path.delimiter)
    .some((folder) => existsSync(path.join(folder, 'func')));

  (isInstalled ? it.skip : it)('is refused with a remedy, and no process stays running', async () => {
    const data = newFolder();
    const command = startCommand(data, { PIPELINE_HOST: 'func' }, '--once');
    expect((await command.ended).code).toBe(1);
    expect(command.output()).toMatch(
      /`func` is not on PATH.*Install Azure Functions Core Tools, or remove the setting PIPELINE_HOST\./,
    );
    expect(processesWith(data)).toEqual([]);
  });
});

describe('two starts at once on the same data', () => {
  it('start one working platform; the other is refused and changes nothing', async () => {
    const data = newFolder();
    const commands = [startCommand(data, {}, '--no-ingest'), startCommand(data, {}, '--no-ingest')];
    const [first] = commands as [(typeof commands)[0], (typeof commands)[0]];
    const refused = await Promise.race(
      commands.map(async (command) => ((await command.ended).code === 1 ? command : first)),
    );
    expect(refused.output()).toContain('PLATFORM_RUNNING');
    const winner = commands.find((command) => command !== refused);
    await winner?.said(/The platform keeps running/);
    winner?.process.kill('SIGTERM');
    expect((await winner?.ended)?.code).toBe(0);
    expect(winner?.output()).not.toContain('ended unexpectedly');
    expect(processesWith(data)).toEqual([]);
  });
});

describe('a command that fails', () => {
  const occupied = (): string => {
    const file = path.join(newFolder(), 'a-file');
    writeFileSync(file, '');
    return file;
  };

  it.each([
    ['an unknown option', {}, ['--bogus'], 'OPTION_INVALID'],
    ['an invalid port', { PIPELINE_WEB_PORT: 'abc' }, [], 'PORT_INVALID'],
    ['a data folder that is a file', { PIPELINE_DATA_DIRECTORY: occupied() }, [], 'DATA_FOLDER_UNUSABLE'],
    ['an unknown host', { PIPELINE_HOST: 'docker' }, [], 'SETTING_INVALID'],
    ['a vector index out of reach', { QDRANT_URL: 'http://127.0.0.1:1' }, [], 'VECTORS_UNREACHABLE'],
    ['a database out of reach', { POSTGRES_URL: 'postgres://u:p@127.0.0.1:1/x' }, [], 'POSTGRES_UNREACHABLE'],
  ])('reports the problem in one line of JSON with --json: %s', async (_name, environment, options, code) => {
    const command = startCommand(newFolder(), environment, '--once', '--json', ...options);
    expect((await command.ended).code).toBe(1);
    expect(command.stdout().trimEnd().split('\n')).toHaveLength(1);
    expect(lastJson<StartReport>(command)).toMatchObject({ status: null, answer: null, error: { code } });
  });
});

(process.platform === 'win32' ? describe.skip : describe)('a func on PATH that hangs', () => {
  it('does not delay Ctrl-C or the end of started processes', async () => {
    const folder = path.join(newFolder(), 'bin');
    mkdirSync(folder);
    writeFileSync(
      path.join(folder, 'func'),
      `#!/bin/sh\nexec ${process.execPath} -e 'setInterval(() => {}, 9)' ${folder}\n`,
    );
    chmodSync(path.join(folder, 'func'), 0o755);
    const data = newFolder();
    const environment = { PATH: `${folder}:${process.env.PATH}`, PIPELINE_HOST: 'func' };
    const command = startCommand(data, environment, '--once', '--json');
    await command.said(/postgres[^]*storage|storage[^]*postgres/);
    while (processesWith(folder).length === 0) await new Promise((resolve) => setTimeout(resolve, 50));
    command.process.kill('SIGINT');
    expect((await command.ended).code).toBe(130);
    expect(lastJson<StartReport>(command)).toMatchObject({ error: { code: 'STOPPED' } });
    expect([...processesWith(data), ...processesWith(folder)]).toEqual([]);
  });
});

describe('a reader that goes away (npm start | head -1)', () => {
  it('does not prevent the end of started processes', async () => {
    const data = newFolder();
    const command = startCommand(data, {}, '--no-ingest', '--once');
    await command.said(/starting the local platform/);
    command.process.stdout?.destroy();
    expect((await command.ended).code).toBe(0);
    expect(processesWith(data)).toEqual([]);
  });
});

(process.platform === 'win32' ? describe.skip : describe)('a SIGTERM to npm, which ends the shell under it', () => {
  it('ends all started processes', async () => {
    const data = newFolder();
    const script = path.join(ROOT, 'dist/local/commands/start.js');
    const shell = spawn('sh', ['-c', `"${process.execPath}" "${script}" --no-ingest; true`], {
      env: {
        PATH: process.env.PATH,
        PIPELINE_DATA_DIRECTORY: data,
        PIPELINE_HOST: 'own',
        npm_lifecycle_event: 'start',
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await new Promise<void>((resolve) => {
      shell.stdout.on('data', (chunk: Buffer) => chunk.toString().includes('storage') && resolve());
    });
    const closed = new Promise((resolve) => shell.once('close', resolve));
    shell.kill('SIGTERM');
    // The pipe closes when its last process has ended.
    await closed;
    expect(processesWith(data)).toEqual([]);
  });
});
