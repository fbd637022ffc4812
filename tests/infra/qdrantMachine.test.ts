import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parse } from 'yaml';
import { INFRA } from '../support/infra/render';
import { describeRendered, theResource } from '../support/infra/rendered';

const text = readFileSync(path.join(INFRA, 'qdrant/cloud-init.yaml'), 'utf8');
const cloudInit = parse(text) as { write_files: { path: string; content: string }[]; runcmd: string[][] };
const fileOf = (name: string): string => cloudInit.write_files.find((file) => file.path.endsWith(name))?.content ?? '';
const scripts = cloudInit.write_files.filter(({ content }) => content.startsWith('#!/bin/sh'));
const hasJq = spawnSync('jq', ['--version'], { stdio: 'ignore' }).status === 0;
const [run, note] = hasJq ? [it, ''] : [it.skip, ' (skipped: jq is not on PATH)'];

describe('the start of the machine of Qdrant', () => {
  it('has the names that qdrantMachine.bicep fills in, each once', () => {
    const wanted = [...text.matchAll(/\{\{(\w+)\}\}/g)].map((match) => match[1]).sort();
    const bicep = readFileSync(path.join(INFRA, 'modules/qdrantMachine.bicep'), 'utf8');
    const filled = [...bicep.matchAll(/^ {4}([A-Z][A-Z0-9_]+): /gm)].map((match) => match[1]).sort();
    expect(wanted.length).toBe(6);
    expect(filled).toEqual(wanted);
  });

  it.each(scripts.map(({ path: file, content }) => [file, content] as const))('%s is valid shell', (_file, content) => {
    expect(spawnSync('/bin/sh', ['-n'], { input: content }).status).toBe(0);
    expect(content).toMatch(/^set -eu$/m);
  });

  it('speaks TLS on its only port, and reports nothing to others', () => {
    const config = parse(fileOf('/config.yaml')) as {
      telemetry_disabled: boolean;
      service: { enable_tls: boolean; http_port: number; grpc_port?: number; api_key?: string };
    };
    expect(config.telemetry_disabled).toBe(true);
    expect(config.service).toMatchObject({ enable_tls: true, http_port: 6333 });
    expect(config.service.api_key).toBeUndefined();
  });

  it('installs only the release that was asked for', () => {
    const install = fileOf('/install');
    expect(install.indexOf('sha256sum --check --strict')).toBeGreaterThan(0);
    expect(install.indexOf('sha256sum --check')).toBeLessThan(install.indexOf('tar -xzf'));
  });

  it('formats a disk only when it has no file system', () => {
    expect(fileOf('/disk')).toContain('blkid "$device" >/dev/null || mkfs.ext4');
  });

  it('runs what it wrote', () => {
    const written = cloudInit.write_files.map((file) => file.path);
    const called = cloudInit.runcmd.map(([program]) => program ?? '').filter((program) => program.startsWith('/'));
    expect(called.length).toBe(2);
    expect(called.filter((program) => !written.includes(program))).toEqual([]);
    expect(fileOf('qdrant-snapshot.timer')).toContain('OnCalendar=');
  });

  run(`reads the key from the vault, and gives it to Qdrant in its environment only${note}`, () => {
    const { stdout, status } = runOnMachine('/start', `*vault.example*) echo '{"value":"the-key"}' ;;`, {
      qdrant: 'echo "$QDRANT__SERVICE__API_KEY|$*"',
    });
    expect(status).toBe(0);
    expect(stdout).toMatch(/^the-key\|--config-path \S*\/config.yaml$/m);
  });

  run(`uploads a snapshot of each collection, and removes it from the disk${note}`, () => {
    const { calls, status } = runOnMachine(
      '/snapshot',
      `*vault.example*) echo '{"value":"the-key"}' ;;
       *'-X POST'*collections/a/snapshots*) echo '{"result":{"name":"a-1.snapshot"}}' ;;
       *'-X POST'*collections/b/snapshots*) echo '{"result":{"name":"b-1.snapshot"}}' ;;
       *'-X DELETE'*) ;;
       *:6333/collections) echo '{"result":{"collections":[{"name":"a"},{"name":"b"}]}}' ;;`,
    );
    expect(status).toBe(0);
    const uploads = calls.filter((call) => call.includes('-X PUT'));
    expect(
      uploads.map((call) =>
        call
          .split(' ')
          .at(-1)
          ?.replace(/\d{4}-\d\d-\d\d/, '<day>'),
      ),
    ).toEqual([
      'https://lake.example/qdrant-snapshots/<day>/a.snapshot',
      'https://lake.example/qdrant-snapshots/<day>/b.snapshot',
    ]);
    expect(calls.filter((call) => call.includes('-X DELETE'))).toHaveLength(2);
    expect(calls.indexOf(uploads[0] ?? '')).toBeLessThan(calls.findIndex((call) => call.includes('-X DELETE')));
  });

  run(`keeps a snapshot that could not be uploaded${note}`, () => {
    const { calls, status } = runOnMachine(
      '/snapshot',
      `*vault.example*) echo '{"value":"the-key"}' ;;
       *'-X PUT'*) exit 22 ;;
       *'-X POST'*) echo '{"result":{"name":"a-1.snapshot"}}' ;;
       *:6333/collections) echo '{"result":{"collections":[{"name":"a"}]}}' ;;`,
    );
    expect(status).not.toBe(0);
    expect(calls.filter((call) => call.includes('-X DELETE'))).toEqual([]);
  });
});

describeRendered('the machine of Qdrant', () => {
  it('has its data on a disk that stays when the machine goes', () => {
    const { storageProfile } = theResource('machine', 'Compute/virtualMachines').properties;
    expect(storageProfile.dataDisks[0]).toMatchObject({ lun: 0, createOption: 'Attach', deleteOption: 'Detach' });
  });

  it('lets in one port, from the app only', () => {
    const rules = theResource('machine', 'Network/networkSecurityGroups', ({ name }) => name.includes('qdrant'))
      .properties.securityRules as { properties: Record<string, string> }[];
    const allowed = rules.filter(({ properties }) => properties.access === 'Allow').map(({ properties }) => properties);
    expect(allowed).toEqual([
      expect.objectContaining({ destinationPortRange: '6333', sourceAddressPrefix: '10.20.0.0/24', protocol: 'Tcp' }),
    ]);
  });
});

/** Runs one of the scripts in a folder of its own, with a stand-in for curl and others. */
function runOnMachine(name: string, answers: string, others: Record<string, string> = {}) {
  const folder = mkdtempSync(path.join(tmpdir(), 'pipeline-x-machine-'));
  const log = path.join(folder, 'calls');
  try {
    mkdirSync(path.join(folder, 'bin'));
    const programs = {
      curl: `call="curl $*"\nprintf '%s\\0' "$call" >>'${log}'\ncase "$call" in\n${answers}\nesac`,
      token: 'echo token',
      ...others,
    };
    for (const [program, body] of Object.entries(programs)) {
      const file = path.join(folder, 'bin', program);
      writeFileSync(file, `#!/bin/sh\n${body}\n`);
      chmodSync(file, 0o755);
    }
    const script = fileOf(name)
      .replaceAll('/usr/local/lib/qdrant/', `${folder}/bin/`)
      .replaceAll('/usr/local/bin/', `${folder}/bin/`)
      .replaceAll('/var/lib/qdrant', folder);
    const { status, stdout } = spawnSync('/bin/sh', ['-s'], {
      input: script,
      encoding: 'utf8',
      env: {
        PATH: `${folder}/bin:/usr/bin:/bin`,
        HOST_NAME: 'qdrant.pipeline-x.internal',
        CLIENT_ID: 'client',
        KEY_ADDRESS: 'https://vault.example/secrets/qdrant-api-key',
        SNAPSHOT_ADDRESS: 'https://lake.example/qdrant-snapshots',
      },
    });
    let calls: string[] = [];
    try {
      calls = readFileSync(log, 'utf8').split('\0').filter(Boolean);
    } catch {
      // Nothing was called.
    }
    return { status, stdout, calls };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
