import { execFile } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { SAMPLE_DATASET, SAMPLE_DATE, stateOfTheUnion } from '../../samples/stateOfTheUnion';
import { STEP_NAMES } from '../../lib/ingest/registry';
import { INGEST } from '../../orchestrators/ingest';
import { PLANNING } from '../../orchestrators/planning';
import { SPREAD } from '../../orchestrators/spread';
import { EMBEDDING_STREAM, METADATA_STREAM } from '../../orchestrators/streams';
import { ROUTES } from '../../functions/http/routes';
import { indexApp, type IndexedApp } from '../support/node-worker/indexedApp';
import { bindingsOf, refusalsOfHost, triggerOf } from '../support/node-worker/refusalsOfHost';
import { startTestPlatform, type RunningTestPlatform } from './runningPlatform';

const ROOT = path.resolve(__dirname, '../..');
const run = promisify(execFile);
const folder = mkdtempSync(path.join(tmpdir(), 'pipeline-x-package-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function makePackage(...options: string[]): Promise<{ stdout: string }> {
  return run(process.execPath, [path.join(ROOT, 'dist/local/commands/packageCommand.js'), ...options], { cwd: folder });
}

const MEGABYTE = 1e6;

describe('the package with the embedded encoder', () => {
  const output = path.join(folder, 'whole');
  beforeAll(() => makePackage('--output', output));

  it('has at most 80 MB as a zip file', () => {
    expect(statSync(`${output}.zip`).size).toBeLessThan(80 * MEGABYTE);
  });

  it('has no scripts, no workspaces, nothing to install, and no code for other systems', () => {
    const { scripts, workspaces, dependencies } = JSON.parse(
      readFileSync(path.join(output, 'package.json'), 'utf8'),
    ) as Record<string, unknown>;
    expect([scripts, workspaces, dependencies]).toEqual([undefined, undefined, undefined]);
    const native = readdirSync(output, { recursive: true, encoding: 'utf8' }).filter((name) =>
      /\.(node|so(\.\d+)?|dll|dylib)$/.test(name),
    );
    expect(native.map((name) => path.basename(name)).sort()).toEqual([
      'duckdb.node',
      'libduckdb.so',
      'libonnxruntime.so.1',
      'onnxruntime_binding.node',
    ]);
    expect(native.every((name) => /linux-x64|linux.x64/.test(name))).toBe(true);
  });

  it('gives the same zip file from the same sources', async () => {
    const again = path.join(folder, 'again');
    await makePackage('--output', again);
    expect(readFileSync(`${again}.zip`).equals(readFileSync(`${output}.zip`))).toBe(true);
  });

  describe('as the Node.js worker of Azure indexes it', () => {
    const { Values: settings } = JSON.parse(readFileSync(path.join(ROOT, 'local.settings.sample.json'), 'utf8')) as {
      Values: Record<string, string>;
    };
    let app: IndexedApp;
    beforeAll(async () => {
      app = await indexApp(output, settings);
    });

    it('is refused by neither the worker nor the host', () => {
      const hostJson = JSON.parse(readFileSync(path.join(output, 'host.json'), 'utf8')) as object;
      expect(refusalsOfHost(app, hostJson, settings)).toEqual([]);
    });

    it('has the functions of the routes, the steps and the orchestrators, and no other', () => {
      const http = (name: string, route: string, methods: string[]) => ({
        name,
        trigger: { type: 'httpTrigger', route, methods, authLevel: 'anonymous' },
      });
      const everyMethod = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];
      const orchestrators = [INGEST, PLANNING, SPREAD, METADATA_STREAM, EMBEDDING_STREAM];
      const expected = [
        ...ROUTES.map(({ name, path: route, method }) => http(name, route, [method])),
        http('openApi', 'openapi.json', ['GET']),
        http('unknownRoute', '{*path}', everyMethod),
        ...STEP_NAMES.map((name) => ({ name, trigger: { type: 'activityTrigger' } })),
        ...orchestrators.map((name) => ({ name, trigger: { type: 'orchestrationTrigger' } })),
        { name: 'nightlyIngest', trigger: { type: 'timerTrigger', schedule: '%INGEST_SCHEDULE%' } },
      ];
      const indexed = app.functions.map((one) => {
        const { type, route, methods, authLevel, schedule } = triggerOf(one);
        return { name: one.name, trigger: { type, route, methods, authLevel, schedule } };
      });
      const byName = (a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : 1);
      expect(indexed.sort(byName)).toEqual(expected.sort(byName));
    });

    it('has the durable client where a route needs it, and nowhere else', () => {
      const withClient = app.functions.filter((one) => bindingsOf(one).some(({ type }) => type === 'durableClient'));
      const needed = ROUTES.filter(({ usesOrchestration }) => usesOrchestration).map(({ name }) => name);
      expect(withClient.map(({ name }) => name).sort()).toEqual([...needed, 'nightlyIngest'].sort());
    });

    it('runs under the tested Node.js, streams HTTP, and names one entry file for all functions', async () => {
      const { stdout: version } = await run(process.env.TEST_NODE ?? process.execPath, ['--version']);
      expect(app.node).toBe(version.trim());
      expect(app.programmingModel).toMatchObject({
        name: '@azure/functions',
        version: expect.stringMatching(/^4\./) as string,
      });
      expect(app.capabilities.HttpUri).toMatch(/^http:\/\/localhost:\d+\/$/);
      expect(new Set(app.functions.map(({ directory, scriptFile }) => `${directory}/${scriptFile}`))).toEqual(
        new Set(['dist/index.js']),
      );
      expect(app.functions.every(({ isProxy, functionId, name }) => !isProxy && functionId === name)).toBe(true);
    });
  });

  // TEST_NODE: the path of another version of Node.js, such as that of Azure.
  describe(`under ${process.env.TEST_NODE ?? 'the Node.js of the tests'}`, () => {
    let platform: RunningTestPlatform;
    // Beside it is no node_modules, so that it finds only what it brings along.
    const alone = path.join(folder, 'alone');
    beforeAll(async () => {
      cpSync(output, alone, { recursive: true });
      platform = await startTestPlatform({
        PIPELINE_PACKAGE: alone,
        ...(process.env.TEST_NODE ? { TEST_NODE: process.env.TEST_NODE } : {}),
      });
    });
    afterAll(() => platform?.stop());

    it('runs the sample and answers a question about it', async () => {
      for (const { name, content } of stateOfTheUnion()) {
        await platform.drop(SAMPLE_DATASET, SAMPLE_DATE, name, content);
      }
      const { status, rows, error } = await platform.ingest(SAMPLE_DATASET, SAMPLE_DATE);
      expect({ status, error }).toEqual({ status: 'Completed', error: null });
      expect(rows?.vectors).toBe(rows?.lake);
      const answer = await platform.fetch(`${platform.urls.api}/ask`, {
        method: 'POST',
        body: JSON.stringify({ question: 'What did the presidents say about the public debt?' }),
      });
      expect(answer.status).toBe(200);
      const { citations } = (await answer.json()) as { citations: unknown[] };
      expect(citations.length).toBeGreaterThan(0);
    }, 300_000);

    it('has loaded the app from its own folder alone', () => {
      expect(existsSync(path.join(alone, 'node_modules', '@azure'))).toBe(false);
      expect(platform.hostLog()).not.toContain(path.join(ROOT, 'node_modules', 'pg'));
    });
  });
});

test('the package without the encoder has at most 35 MB, and its host.json may be for a Durable Task Scheduler', async () => {
  const output = path.join(folder, 'small');
  await makePackage('--output', output, '--without-encoder', '--durable-backend', 'durableTaskScheduler');
  expect(statSync(`${output}.zip`).size).toBeLessThan(35 * MEGABYTE);
  const { extensions } = JSON.parse(readFileSync(path.join(output, 'host.json'), 'utf8')) as {
    extensions: { durableTask: Record<string, unknown> };
  };
  expect(extensions.durableTask).toMatchObject({
    maxConcurrentActivityFunctions: 4,
    storageProvider: { type: 'azureManaged', connectionStringName: 'DURABLE_TASK_SCHEDULER_CONNECTION_STRING' },
  });
});

test('a folder with other files is not deleted', async () => {
  const other = path.join(folder, 'other');
  mkdirSync(other);
  writeFileSync(path.join(other, 'work.txt'), 'mine');
  await expect(makePackage('--output', other)).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringContaining('PACKAGE_FOLDER_IN_USE') as string,
  });
  expect(readFileSync(path.join(other, 'work.txt'), 'utf8')).toBe('mine');
});

test('a zip file that is not that of an earlier package is not replaced', async () => {
  const other = path.join(folder, 'archive');
  writeFileSync(`${other}.zip`, 'mine');
  await expect(makePackage('--output', other)).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringContaining('PACKAGE_FOLDER_IN_USE') as string,
  });
  expect(readFileSync(`${other}.zip`, 'utf8')).toBe('mine');
});

test('a wrong option is named with the usage', async () => {
  await expect(makePackage('--durable-backend', 'redis')).rejects.toMatchObject({
    code: 2,
    stderr: expect.stringContaining('Usage: npm run package') as string,
  });
});
