import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { transformFileSync } from '@swc/core';

/**
 * Path of the compiled `exitWithParent` for `node -r`. In compiled code it is in the same folder. When this file runs from
 * source (in tests), `exitWithParent` is compiled once into a temporary folder.
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
