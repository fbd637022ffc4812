import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const ROOT = path.resolve(__dirname, '../..');
const data = mkdtempSync(path.join(tmpdir(), 'reset-'));
afterAll(() => rmSync(data, { recursive: true, force: true }));

function command(
  name: string,
  environment: Record<string, string>,
  ...given: string[]
): { status: number | null; stdout: string; stderr: string } {
  const env = { PATH: process.env.PATH, PIPELINE_DATA_DIRECTORY: data, ...environment };
  const program = path.join(ROOT, 'dist/local/commands', `${name}.js`);
  return spawnSync(process.execPath, [program, ...given], { env, encoding: 'utf8' });
}

describe('npm run reset', () => {
  it('removes only the files of the platform from the data folder', () => {
    for (const name of ['azurite', 'logs', 'vectors']) mkdirSync(path.join(data, name));
    writeFileSync(path.join(data, 'thesis.txt'), 'of three years');
    const { status, stdout } = command('reset', {});
    expect(status).toBe(0);
    expect(stdout).toContain(`removed ${path.join(data, 'azurite')}`);
    expect(stdout).toContain(`kept ${data}: it contains files that the platform did not create (thesis.txt)`);
    expect(existsSync(path.join(data, 'vectors'))).toBe(false);
    rmSync(path.join(data, 'thesis.txt'));
    command('reset', {});
    expect(existsSync(data)).toBe(false);
  });
});

describe('npm run reset with arguments', () => {
  it.each(['--help', '-h', '--dry-run', 'state-of-the-union'])('%s removes nothing', (argument) => {
    mkdirSync(path.join(data, 'vectors'), { recursive: true });
    const { status, stderr } = command('reset', {}, argument);
    expect(status).toBe(2);
    expect(stderr).toContain('Nothing was removed.');
    expect(existsSync(path.join(data, 'vectors'))).toBe(true);
  });
});

describe('npm run upload', () => {
  it('uploads nothing when two files would have one name in the lake', () => {
    const files = ['jan', 'feb'].map((month) => path.join(data, month, 'data.csv'));
    for (const file of files) {
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, 'id\n');
    }
    const { status, stderr, stdout } = command('upload', {}, 'notes', '2026-01-05', ...files);
    expect(status).toBe(2);
    expect(stderr).toContain('Nothing was uploaded: several files have the name data.csv');
    expect(stdout).toBe('');
  });
});

describe('npm run doctor', () => {
  it('reports no fault on a working machine', () => {
    const { status, stdout } = command('doctor', { PIPELINE_WEB_PORT: '42800' });
    expect(stdout).toContain('port 42800');
    expect(stdout).toContain('This machine is ready');
    expect(status).toBe(0);
  });

  it('reports each fault with its remedy', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'doctor-'));
    writeFileSync(path.join(folder, 'func'), '#!/bin/sh\nexit 3\n');
    chmodSync(path.join(folder, 'func'), 0o755);
    const file = path.join(folder, 'a-file');
    writeFileSync(file, '');
    const { status, stdout } = command('doctor', {
      PATH: `${folder}${path.delimiter}${process.env.PATH}`,
      PIPELINE_WEB_PORT: '70000',
      PIPELINE_DATA_DIRECTORY: path.join(file, 'data'),
    });
    expect(status).toBe(1);
    expect(stdout).toContain('PORT_INVALID (PIPELINE_WEB_PORT)');
    expect(stdout).toContain('set PIPELINE_DATA_DIRECTORY to a folder that you can write to');
    expect(stdout).toContain(`${path.join(folder, 'func')} does not run; fix it, or set PIPELINE_HOST=own`);
    expect(stdout).toContain('3 thing(s) to fix.');
    rmSync(folder, { recursive: true });
  });
});
