import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buildSync } from 'esbuild';

interface WorkflowParser {
  faultsOf(name: string, content: string): Promise<string[]>;
}

/** `githubParser.mjs`, bundled: its package is an ES module that imports JSON, which neither jest nor Node.js 20 loads. */
export function loadParser(): WorkflowParser {
  const folder = mkdtempSync(path.join(tmpdir(), 'workflow-parser-'));
  try {
    const outfile = path.join(folder, 'parser.cjs');
    const entryPoints = [path.join(__dirname, 'githubParser.mjs')];
    buildSync({ entryPoints, outfile, bundle: true, platform: 'node', format: 'cjs', logLevel: 'error' });
    return createRequire(__filename)(outfile) as WorkflowParser;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
