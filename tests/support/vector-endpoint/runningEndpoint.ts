import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { transformFileSync } from '@swc/core';

const sources = join(__dirname, '../../../packages/vector-endpoint');

/**
 * Compiles packages/vector-endpoint into a new folder, so that tests can run its main file as a process without depending
 * on an earlier build. It has no dependencies outside Node.js.
 */
export function compileVectorEndpoint(): { mainFile: string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'vector-endpoint-'));
  for (const entry of readdirSync(sources, { recursive: true, encoding: 'utf8' })) {
    if (entry.endsWith('.ts')) {
      const target = join(folder, entry.replace(/\.ts$/, '.js'));
      mkdirSync(dirname(target), { recursive: true });
      const { code } = transformFileSync(join(sources, entry), {
        swcrc: false,
        jsc: { parser: { syntax: 'typescript' }, target: 'es2023' },
        module: { type: 'commonjs' },
      });
      writeFileSync(target, code);
    }
  }
  return { mainFile: join(folder, 'main.js'), remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** A process and what it printed. */
export interface RunningProcess {
  readonly process: ChildProcess;
  output(): string;
  errors(): string;
  /** Resolves when the output matches. Rejects when the process ends first. */
  prints(pattern: RegExp): Promise<RegExpExecArray>;
  /** Resolves with the exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals | null>;
}

export function run(file: string, args: readonly string[]): RunningProcess {
  const child = spawn(process.execPath, [file, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  let errors = '';
  const listeners = new Set<() => void>();
  child.stdout.on('data', (chunk) => {
    output += String(chunk);
    listeners.forEach((listen) => listen());
  });
  child.stderr.on('data', (chunk) => (errors += String(chunk)));
  const ended = new Promise<number | NodeJS.Signals | null>((resolve) => {
    // `close` instead of `exit`: it comes after all output.
    child.once('close', (code, signal) => resolve(code ?? signal));
  });
  return {
    process: child,
    output: () => output,
    errors: () => errors,
    ended,
    prints: (pattern) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const match = pattern.exec(output);
          if (match !== null) {
            listeners.delete(look);
            resolve(match);
          }
        };
        listeners.add(look);
        look();
        void ended.then(() => reject(new Error(`ended before printing ${String(pattern)}: ${output}${errors}`)));
      }),
  };
}
