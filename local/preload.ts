import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { transformFileSync } from '@swc/core';

/**
 * Path of the compiled `exitWithParent` for `node -r`. Compiled code has it beside itself; when this file runs from
 * source (tests), it is compiled into a temporary folder once.
 */
export function preloadPath(): string {
  const compiled = path.join(__dirname, 'exitWithParent.js');
  if (existsSync(compiled)) return compiled;
  fromSource ??= compile(path.join(__dirname, 'exitWithParent.ts'));
  return fromSource;
}

let fromSource: string | undefined;

function compile(source: string): string {
  const target = path.join(mkdtempSync(path.join(tmpdir(), 'pipeline-x-preload-')), 'exitWithParent.js');
  writeFileSync(
    target,
    transformFileSync(source, { jsc: { parser: { syntax: 'typescript' } }, module: { type: 'commonjs' } }).code,
  );
  return target;
}
