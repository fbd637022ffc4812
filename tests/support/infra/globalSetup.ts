import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { findBicep } from './findBicep';
import { renderAll } from './render';

/** Compiles and renders the templates once for all test files, where there is a compiler. */
export default async function globalSetup(): Promise<void> {
  const bicep = findBicep();
  if ('missing' in bicep) {
    process.stderr.write(`tests of the compiled Bicep templates skipped: ${bicep.missing}\n`);
    return;
  }
  const folder = mkdtempSync(path.join(tmpdir(), 'pipeline-x-infra-'));
  globalThis.renderedTemplates = folder;
  process.env.TEST_INFRA = path.join(folder, 'report.json');
  writeFileSync(process.env.TEST_INFRA, JSON.stringify(await renderAll(bicep.executable, folder)));
}

declare global {
  var renderedTemplates: string | undefined;
}
