import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { transformFileSync } from '@swc/core';

const source = path.resolve(__dirname, '../../../packages/functions-host');

/**
 * Compiles the host's TypeScript into a new temporary folder, so that child processes run the current source instead of
 * an older dist/. `remove` deletes it again.
 */
export function compileHost(): { main: string; remove: () => void } {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'functions-host-'));
  for (const name of fs.readdirSync(source, { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.ts')) continue;
    const target = path.join(folder, name.replace(/\.ts$/, '.js'));
    const { code } = transformFileSync(path.join(source, name), {
      jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
      // Keep import(), as tsc does: it loads ES module apps.
      module: { type: 'commonjs', ignoreDynamic: true },
    });
    fs.mkdirSync(path.dirname(target), { recursive: true });
    fs.writeFileSync(target, code);
  }
  // The host resolves its dependencies from its folder.
  fs.symlinkSync(path.join(source, '../../node_modules'), path.join(folder, 'node_modules'), 'junction');
  return { main: path.join(folder, 'main.js'), remove: () => fs.rmSync(folder, { recursive: true, force: true }) };
}
