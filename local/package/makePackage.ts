import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { PipelineError } from '../../lib/problems/problem';
import { bundle } from './bundle';
import { copyParts } from './copyParts';
import { hostJsonFor, type DurableBackend } from './hostJson';
import { zipFolder } from './zipFolder';

/** `main` of a package; the project has another one. */
const MAIN = 'dist/index.js';

export interface PackageOptions {
  projectFolder: string;
  /** Replaced when it exists. The zip file lies beside it. */
  outputFolder: string;
  backend: DurableBackend;
  /** False: without the embedded encoder and its weights, for apps with a hosted embedding model. */
  withEncoder: boolean;
}

/**
 * Makes the package of the app for Azure Functions: a folder that needs no npm, and the same as a zip file. Returns the path
 * and size (bytes) of the zip file. Errors: PACKAGE_PART_MISSING, PACKAGE_FOLDER_IN_USE.
 */
export async function makePackage(options: PackageOptions): Promise<{ zipFile: string; bytes: number }> {
  const { projectFolder, outputFolder, backend, withEncoder } = options;
  const inProject = (...parts: string[]): string => path.join(projectFolder, ...parts);
  const inOutput = (...parts: string[]): string => path.join(outputFolder, ...parts);
  const zipFile = `${outputFolder}.zip`;
  requireReplaceable(outputFolder, zipFile);
  rmSync(outputFolder, { recursive: true, force: true });
  mkdirSync(outputFolder, { recursive: true });
  await bundle(projectFolder, inOutput('dist'));
  copyParts(projectFolder, outputFolder, { withEncoder });
  cpSync(inProject('samples', 'contracts'), inOutput('samples', 'contracts'), { recursive: true });
  cpSync(inProject('LICENSE'), inOutput('LICENSE'));
  writeJson(inOutput('host.json'), hostJsonFor(readJson(inProject('host.json')) as never, backend));
  const { name, version, license } = readJson(inProject('package.json')) as Record<string, string>;
  // No scripts and no dependencies: nothing may be installed or built where the package arrives.
  writeJson(inOutput('package.json'), { name, version, private: true, license, main: MAIN });
  return { zipFile, bytes: await zipFolder(outputFolder, zipFile) };
}

/**
 * Folder and zip file are replaced: the folder must be empty, absent or an earlier package, and a zip file is that of an
 * earlier package only where its folder is there.
 */
function requireReplaceable(folder: string, zipFile: string): void {
  const isEmpty = !existsSync(folder) || readdirSync(folder).length === 0;
  const file = path.join(folder, 'package.json');
  if (existsSync(file) && (readJson(file) as { main?: unknown }).main === MAIN) return;
  if (isEmpty && !existsSync(zipFile)) return;
  throw new PipelineError(
    'PACKAGE_FOLDER_IN_USE',
    'The folder for the package, or the zip file beside it, has other content, which would be replaced.',
    {
      found: isEmpty ? zipFile : folder,
      expected: 'a folder that is empty or absent without a zip file of its name, or an earlier package',
      remedy: 'Name another folder with --output.',
    },
  );
}

function readJson(file: string): unknown {
  return JSON.parse(readFileSync(file, 'utf8'));
}

function writeJson(file: string, content: unknown): void {
  writeFileSync(file, `${JSON.stringify(content, undefined, 2)}\n`);
}
