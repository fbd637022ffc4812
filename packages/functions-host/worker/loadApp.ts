import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { findEntryFiles } from './entryFiles';
import { describeThrown } from '../log';
import { onLoopback } from './loopback';
import type { WorkerShim } from './workerShim';

/**
 * Loads the compiled app in the worker's order: entry files, appStart hooks, then the library's capabilities (which also
 * starts the library's own HTTP server if the app uses streaming).
 * `streamUri` is then the URL for HTTP bodies, for example "http://127.0.0.1:40001/".
 */
export async function loadApp(shim: WorkerShim, appFolder: string): Promise<{ streamUri: string | undefined }> {
  for (const entry of findEntryFiles(appFolder)) await loadFile(appFolder, entry);
  const model = shim.model;
  await shim.runAppHooks('appStart', appFolder);
  shim.lock();
  const capabilities = await onLoopback(async () =>
    model.getCapabilities({ RawHttpBodyBytes: 'true', RpcHttpBodyOnly: 'true', RpcHttpTriggerMetadataRemoved: 'true' }),
  );
  return { streamUri: capabilities.HttpUri?.replace('//localhost:', '//127.0.0.1:') };
}

async function loadFile(appFolder: string, { file, isEsModule }: { file: string; isEsModule: boolean }): Promise<void> {
  try {
    if (isEsModule) await import(pathToFileURL(file).href);
    else createRequire(path.join(appFolder, 'package.json'))(file);
  } catch (cause) {
    throw new Error(`The app could not be loaded, ${file} threw: ${describeThrown(cause)}`, { cause });
  }
}
