import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { transformFileSync } from '@swc/core';

const fromSource = new Map<string, string>();

/**
 * Path of a compiled script of this folder that runs in child processes. In compiled code it is in the same folder. When this
 * file runs from source (in tests), the script is compiled once into a temporary folder.
 */
export function childScript(name: 'exitWithParent' | 'endWithParent'): string {
  const compiled = path.join(__dirname, `${name}.js`);
  if (existsSync(compiled)) return compiled;
  const known = fromSource.get(name) ?? compile(name);
  fromSource.set(name, known);
  return known;
}

function compile(name: string): string {
  const target = path.join(mkdtempSync(path.join(tmpdir(), 'pipeline-x-child-')), `${name}.js`);
  const options = { jsc: { parser: { syntax: 'typescript' } }, module: { type: 'commonjs' } } as const;
  writeFileSync(target, transformFileSync(path.join(__dirname, `${name}.ts`), options).code);
  return target;
}
