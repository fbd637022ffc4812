import { spawn } from 'node:child_process';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';

/** A function as the worker describes it to the host. */
export interface IndexedFunction {
  name: string;
  functionId: string;
  /** JSON texts, which the host reads. */
  rawBindings: string[];
  scriptFile: string;
  directory?: string;
  isProxy: boolean;
  retryOptions?: Record<string, unknown>;
}

/** What the worker knows of an app after its start. */
export interface IndexedApp {
  /** Version of Node.js, for example "v22.11.0". */
  node: string;
  programmingModel?: { name: string; version: string };
  capabilities: Record<string, string>;
  /** Why the worker gives the host no functions. */
  problems: string[];
  functions: IndexedFunction[];
}

/**
 * Indexes the app of a folder in a process with these settings alone, under the Node.js of the environment variable
 * TEST_NODE, or of the tests.
 */
export async function indexApp(folder: string, settings: Record<string, string>): Promise<IndexedApp> {
  const node = process.env.TEST_NODE ?? process.execPath;
  const child = spawn(node, [path.join(__dirname, 'indexApp.cjs'), folder], {
    cwd: folder,
    env: { PATH: process.env.PATH, ...settings },
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  const ended = new Promise((resolve) => child.once('close', resolve));
  const [answer, errors] = await Promise.all([
    text(child.stdio[3] as Readable),
    text(child.stderr as Readable),
    text(child.stdout as Readable),
    ended,
  ]);
  if (answer === '') throw new Error(`The app in ${folder} was not indexed: ${errors}`);
  return JSON.parse(answer) as IndexedApp;
}
