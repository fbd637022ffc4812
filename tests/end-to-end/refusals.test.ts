import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { postgresFolder } from '../../local/postgres/postgres';
import { processesWith, startCommand } from './startCommand';

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
  it('names all of them at once and does not start', async () => {
    const host = spawn(
      process.execPath,
      [path.join(ROOT, 'dist/local/functions-host/main.js'), ROOT, '--port', '0', '--data', newFolder()],
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

  it('is told by the supervisor, which stops the rest', async () => {
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

  it('is left to its owner: the next free one is taken and said', async () => {
    const holder = createServer();
    holders.push(holder);
    await new Promise<void>((resolve, reject) => {
      holder.once('error', reject);
      holder.listen(0, '127.0.0.1', resolve);
    });
    const { port } = holder.address() as { port: number };
    const command = startCommand(newFolder(), { PIPELINE_WEB_PORT: String(port) }, '--no-ingest');
    await command.said(/The platform stays up/);
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

  (isInstalled ? it.skip : it)('is refused with what to do, and nothing stays running', async () => {
    const data = newFolder();
    const command = startCommand(data, { PIPELINE_HOST: 'func' }, '--once');
    expect((await command.ended).code).toBe(1);
    expect(command.output()).toContain('there is no `func` on PATH. Install Azure Functions Core Tools, or unset it.');
    expect(processesWith(data)).toEqual([]);
  });
});
