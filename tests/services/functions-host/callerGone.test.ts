import { readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { transformFileSync } from '@swc/core';
import { compileHost } from '../../support/functions-host/compiledHost';
import { startHostProcess } from '../../support/functions-host/hostProcess';
import { temporaryFolder } from '../../support/functions-host/temporaryFolder';

const ROOT = path.resolve(__dirname, '../../..');
const folder = temporaryFolder();
const seen = path.join(folder, 'seen');

/** Functions that say in a file when their caller is gone; one answers at the end, one in a stream. */
const FUNCTIONS = `
const { appendFileSync } = require('node:fs');
const { app } = require('@azure/functions');
const { callerSignal } = require('./callerSignal.cjs');
app.setup({ enableHttpStream: true });
const whenGone = (name, context) =>
  new Promise((resolve) => callerSignal(context.invocationId).addEventListener('abort', () => {
    appendFileSync(${JSON.stringify(seen)}, name + ' gone\\n');
    resolve();
  }));
app.http('whole', { authLevel: 'anonymous', handler: async (_, context) => {
  const gone = whenGone('whole', context);
  appendFileSync(${JSON.stringify(seen)}, 'whole called\\n');
  await gone;
  return { body: 'late' };
} });
app.http('stream', { authLevel: 'anonymous', handler: async (_, context) => {
  const gone = whenGone('stream', context);
  async function* parts() { yield 'first'; await gone; }
  return { body: ReadableStream.from(parts()) };
} });
app.http('quick', { authLevel: 'anonymous', handler: (_, context) => {
  void whenGone('quick', context);
  return { body: 'done' };
} });
`;

async function until(line: string): Promise<void> {
  while (!readFileSync(seen, 'utf8').includes(line)) await new Promise((resolve) => setTimeout(resolve, 10));
}

test('a function learns that its caller has gone, through the host and the library', async () => {
  const { code } = transformFileSync(path.join(ROOT, 'functions/http/callerSignal.ts'), {
    jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
    module: { type: 'commonjs' },
  });
  writeFileSync(path.join(folder, 'callerSignal.cjs'), code);
  writeFileSync(path.join(folder, 'functions.cjs'), FUNCTIONS);
  writeFileSync(path.join(folder, 'package.json'), '{"name":"app","private":true,"main":"functions.cjs"}');
  writeFileSync(path.join(folder, 'host.json'), '{"version":"2.0"}');
  writeFileSync(seen, '');
  symlinkSync(path.join(ROOT, 'node_modules'), path.join(folder, 'node_modules'), 'junction');
  const compiled = compileHost();
  const dataFolder = path.join(folder, 'data');
  const host = await startHostProcess({ main: compiled.main, dataFolder, appFolder: folder });
  try {
    expect(await (await fetch(`${host.origin}/api/quick`)).text()).toBe('done');

    const waiting = new AbortController();
    const whole = fetch(`${host.origin}/api/whole`, { signal: waiting.signal });
    await until('whole called');
    waiting.abort();
    await expect(whole).rejects.toThrow();
    await until('whole gone');

    const reading = new AbortController();
    const stream = await fetch(`${host.origin}/api/stream`, { signal: reading.signal });
    expect((await stream.body?.getReader().read())?.value).toEqual(new TextEncoder().encode('first'));
    reading.abort();
    await until('stream gone');
    expect(readFileSync(seen, 'utf8')).not.toContain('quick gone');
  } finally {
    await host.stop();
    compiled.remove();
  }
});
