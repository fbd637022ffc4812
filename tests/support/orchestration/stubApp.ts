import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { transformFileSync } from '@swc/core';

const ROOT = path.resolve(__dirname, '../../..');
const STUBS = path.join(__dirname, 'fixtures/stub-app');

const sourcesOf = (folder: string): string[] =>
  fs.readdirSync(path.join(ROOT, folder)).map((name) => `${folder}/${name}`);

/**
 * A Functions app in a new temporary folder: the real orchestrators and the real `outcomeOf`, with stub
 * steps and shorter retry intervals.
 */
export function buildStubApp(): { appFolder: string; remove(): void } {
  const appFolder = fs.mkdtempSync(path.join(os.tmpdir(), 'stub-app-'));
  for (const name of fs.readdirSync(STUBS)) fs.copyFileSync(path.join(STUBS, name), path.join(appFolder, name));
  for (const name of [
    'functions/orchestrations.ts',
    'lib/ingest/perform/outcomeOf.ts',
    ...sourcesOf('orchestrators'),
    ...sourcesOf('lib/problems'),
  ]) {
    const { code } = transformFileSync(path.join(ROOT, name), {
      jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
      module: { type: 'commonjs' },
    });
    fs.mkdirSync(path.dirname(path.join(appFolder, name)), { recursive: true });
    fs.writeFileSync(path.join(appFolder, name.replace(/\.ts$/, '.js')), code);
  }
  fs.renameSync(path.join(appFolder, 'retryPolicies.cjs'), path.join(appFolder, 'orchestrators/retryPolicies.js'));
  fs.symlinkSync(path.join(ROOT, 'node_modules'), path.join(appFolder, 'node_modules'), 'junction');
  return { appFolder, remove: () => fs.rmSync(appFolder, { recursive: true, force: true }) };
}
