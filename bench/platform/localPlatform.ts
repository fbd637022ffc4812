import { spawn, type ChildProcess } from 'node:child_process';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { readState, type PlatformState } from '../../local/platform/stateFile';

export interface Platform {
  child: ChildProcess;
  state: PlatformState;
  /** Seconds of the start. */
  seconds: number;
}

/** Starts the local platform on a data folder, with settings beside its own, and without an ingest. */
export async function startPlatform(dataDirectory: string, settings: Record<string, string>): Promise<Platform> {
  const since = performance.now();
  const child = spawn(process.execPath, [path.join(__dirname, '../../local/commands/start.js'), '--no-ingest'], {
    env: { ...process.env, PIPELINE_DATA_DIRECTORY: dataDirectory, PIPELINE_HOST: 'own', ...settings },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  while (!output.includes('keeps running')) {
    if (child.exitCode !== null) throw new Error(`The platform did not start:\n${output}`);
    await pause(50);
  }
  const state = readState(path.join(dataDirectory, 'platform.json'));
  if (!state) throw new Error('The platform has no state file.');
  return { child, state, seconds: (performance.now() - since) / 1000 };
}

export async function stopPlatform({ child }: Platform): Promise<void> {
  const closed = new Promise((resolve) => child.once('close', resolve));
  child.kill('SIGTERM');
  await closed;
}
