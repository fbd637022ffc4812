import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const HOOKS = path.resolve(__dirname, '../../../infra/hooks');

export interface HookRun {
  status: number | null;
  /** Calls of the programs that were stood in for: name and arguments, in order. */
  calls: string[];
  stdout: string;
  stderr: string;
}

/**
 * Runs a hook with stand-ins for the programs that would reach Azure. `answers` is the body of a shell `case` over a call
 * (`az account show ...`): patterns and what to print. A call without an answer prints nothing and succeeds.
 */
export function runHook(
  script: string,
  environment: Record<string, string>,
  answers = '',
  programs: readonly string[] = ['az', 'azd', 'curl', 'psql', 'ssh-keygen'],
): HookRun {
  const folder = mkdtempSync(path.join(tmpdir(), 'pipeline-x-hook-'));
  const log = path.join(folder, 'calls');
  try {
    for (const program of programs) {
      const file = path.join(folder, program);
      writeFileSync(
        file,
        `#!/bin/sh\ncall="${program} $*"\nprintf '%s\\0' "$call" >>'${log}'\ncase "$call" in\n${answers}\nesac\n`,
      );
      chmodSync(file, 0o755);
    }
    const { status, stdout, stderr } = spawnSync('/bin/sh', [path.join(HOOKS, script)], {
      encoding: 'utf8',
      env: {
        PATH: `${folder}:${path.dirname(process.execPath)}:/usr/bin:/bin`,
        TMPDIR: folder,
        STATE: path.join(folder, 'state'),
        RETRY_SECONDS: '0',
        ...environment,
      },
      timeout: 60_000,
    });
    const calls = existsSync(log) ? readFileSync(log, 'utf8').split('\0').filter(Boolean) : [];
    return { status, stdout, stderr, calls };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
