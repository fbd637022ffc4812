import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { localSecrets, makePrivate, SECRET_FILES } from '../../../local/platform/secrets';

const parent = mkdtempSync(path.join(tmpdir(), 'private-'));
afterAll(() => rmSync(parent, { recursive: true, force: true }));
const modeOf = (file: string): string => (statSync(file).mode & 0o777).toString(8);
const isPosix = process.platform !== 'win32';

(isPosix ? describe : describe.skip)('the data folder', () => {
  it('is for its owner only, and so are its parts and secrets', () => {
    const data = path.join(parent, 'new');
    const logs = path.join(data, 'logs');
    makePrivate(data, [logs], false);
    localSecrets(data);
    expect([modeOf(data), modeOf(logs)]).toEqual(['700', '700']);
    expect(Object.values(SECRET_FILES).map((name) => modeOf(path.join(data, name)))).toEqual(['600', '600', '600']);
  });

  it('becomes private when an earlier version left it open', () => {
    const data = path.join(parent, '.local');
    const logs = path.join(data, 'logs');
    mkdirSync(logs, { recursive: true });
    for (const folder of [data, logs]) chmodSync(folder, 0o755);
    makePrivate(data, [logs], false);
    expect([modeOf(data), modeOf(logs)]).toEqual(['700', '700']);
  });

  it('lets the user of the server pass through, and nobody look inside, when the cluster is there', () => {
    const data = path.join(parent, 'shared');
    makePrivate(data, [], true);
    expect(modeOf(data)).toBe('711');
  });

  it('of the choice of the user keeps its rights', () => {
    const data = path.join(parent, 'chosen');
    mkdirSync(data);
    chmodSync(data, 0o755);
    writeFileSync(path.join(data, 'mine.txt'), '');
    makePrivate(data, [path.join(data, 'logs')], false);
    expect([modeOf(data), modeOf(path.join(data, 'logs'))]).toEqual(['755', '700']);
  });
});

it('keeps the secrets from one start to the next, except the key of the host', () => {
  const data = path.join(parent, 'kept');
  mkdirSync(data);
  const first = localSecrets(data);
  const second = localSecrets(data);
  expect({ ...second, hostKey: '' }).toEqual({ ...first, hostKey: '' });
  expect(second.hostKey).not.toBe(first.hostKey);
  expect(readFileSync(path.join(data, 'token'), 'utf8').trim()).toBe(first.token);
  expect(new Set(Object.values(first)).size).toBe(4);
  expect(Buffer.from(first.storageKey, 'base64')).toHaveLength(64);
});
