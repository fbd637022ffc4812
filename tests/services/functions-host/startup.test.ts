import type { ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { compileHost } from '../../support/functions-host/compiledHost';
import { demoApp, eventually, runToEnd, startHostProcess, HOST_KEY } from '../../support/functions-host/hostProcess';
import { temporaryFolder } from '../../support/functions-host/temporaryFolder';

const fixtures = path.join(__dirname, '../../support/functions-host/fixtures');
const compiled = compileHost();
const folder = temporaryFolder();
const { main } = compiled;
let folders = 0;
const newFolder = () => path.join(folder, String(folders++));

afterAll(() => compiled.remove());

/** An app with these files in a new folder with a link to node_modules. */
function appWith(files: Record<string, string>): string {
  const app = newFolder();
  fs.mkdirSync(app, { recursive: true });
  fs.symlinkSync(path.resolve(__dirname, '../../../node_modules'), path.join(app, 'node_modules'), 'junction');
  for (const [name, text] of Object.entries(files)) fs.writeFileSync(path.join(app, name), text);
  return app;
}

const packageJson = '{ "name": "test-app", "main": "app.cjs" }';
const httpApp = (options: string) => `require('@azure/functions').app.http('one', { handler: () => ({}), ${options} })`;
const timerApp = (schedule: string) =>
  `require('@azure/functions').app.timer('tick', { handler: () => undefined, schedule: '${schedule}' })`;

test('prints each function and where it listens', async () => {
  const host = await startHostProcess({ main, dataFolder: newFolder() });
  expect(host.output()).toContain(`hello: [GET,POST] ${host.origin}/api/hello/{name?}`);
  expect(host.output()).toContain('tick: timerTrigger');
  expect(host.output()).toContain('fanOut: orchestrationTrigger');
  expect(await host.stop()).toBe(0);
});

test('a busy port is reported in one line with exit code 1, and no data folder is created', async () => {
  const server = http.createServer().listen(0, '127.0.0.1');
  await eventually(() => (server.listening ? true : undefined));
  const { port } = server.address() as AddressInfo;
  const dataFolder = newFolder();
  const { code, output } = await runToEnd({ main, dataFolder, port });
  server.close();
  expect(code).toBe(1);
  expect(output).toBe(
    `Port ${port} on 127.0.0.1 is already in use. Stop the process that uses it, or start with another --port.\n`,
  );
  expect(fs.existsSync(dataFolder)).toBe(false);
});

test('a second host on the same data folder is refused, naming the first', async () => {
  const dataFolder = newFolder();
  const first = await startHostProcess({ main, dataFolder });
  const { code, output } = await runToEnd({ main, dataFolder });
  expect(code).toBe(1);
  expect(output).toContain(`is in use by process ${first.child.pid}`);
  expect(await first.stop()).toBe(0);
  const second = await startHostProcess({ main, dataFolder });
  expect(await second.stop()).toBe(0);
});

test('the lock of a killed host is taken over', async () => {
  const dataFolder = newFolder();
  const first = await startHostProcess({ main, dataFolder });
  await first.stop('SIGKILL');
  expect(fs.readdirSync(dataFolder)).toContain('durable.lock');
  const second = await startHostProcess({ main, dataFolder });
  expect(await second.stop()).toBe(0);
  expect(fs.readdirSync(dataFolder)).toEqual(['durable.jsonl']);
});

test('all unsupported features are reported at once, each with its function', async () => {
  const appFolder = path.join(fixtures, 'unsupported-app');
  const { code, output } = await runToEnd({ main, appFolder, dataFolder: newFolder() });
  expect(code).toBe(1);
  expect(output).toMatch(/Function 'onMessage': the trigger "queueTrigger" is not supported\. Supported: httpTrigger/);
  expect(output).toMatch(/Function 'writesBlob': the out binding "blob".*is not supported/);
  expect(output).toMatch(/Function 'retriesItself': a "retry" policy is supported for timer functions only/);
  expect(output).toMatch(/Function 'counter': the trigger "entityTrigger" is not supported/);
  expect(output).not.toContain("'fine'");
});

test('a disabled function is not served, and may be unsupported', async () => {
  const appFolder = path.join(fixtures, 'unsupported-app');
  const off = ['onMessage', 'writesBlob', 'retriesItself', 'counter'];
  const environment = Object.fromEntries(off.map((name) => [`AzureWebJobs.${name}.Disabled`, 'true']));
  const host = await startHostProcess({ main, appFolder, dataFolder: newFolder(), environment });
  expect((await fetch(`${host.origin}/api/fine`)).status).toBe(200);
  expect((await fetch(`${host.origin}/api/writesBlob`)).status).toBe(404);
  expect(await host.stop()).toBe(0);
});

test('an app of ES modules', async () => {
  const appFolder = path.join(fixtures, 'esm-app');
  const host = await startHostProcess({ main, appFolder, dataFolder: newFolder() });
  expect(await (await fetch(`${host.origin}/api/esm`)).json()).toEqual({ esm: true });
  expect(await (await fetch(`${host.origin}/api/mjs`)).json()).toEqual({ mjs: true });
  expect(await host.stop()).toBe(0);
});

test('an app that throws while it is loaded is reported with its message and location', async () => {
  const appFolder = path.join(fixtures, 'broken-app');
  const dataFolder = newFolder();
  const { code, output } = await runToEnd({ main, appFolder, dataFolder });
  expect(code).toBe(1);
  expect(output).toContain('two settings are missing: A, B');
  expect(output).toMatch(/app\.cjs:\d+/);
  expect(fs.readdirSync(dataFolder)).toEqual([]);
});

test.each([
  ['no app folder', () => path.join(folder, 'absent'), `The app folder ${path.join(folder, 'absent')} does not exist`],
  ['no host.json', () => appWith({ 'package.json': packageJson }), 'No host.json in'],
  ['a broken host.json', () => appWith({ 'host.json': '{,}' }), 'host.json is not JSON'],
  ['no package.json', () => appWith({ 'host.json': '{}' }), 'No package.json in'],
  [
    'an app that is not compiled',
    () => appWith({ 'host.json': '{}', 'package.json': packageJson }),
    'Is the app compiled?',
  ],
  [
    'an app without functions',
    () => appWith({ 'host.json': '{}', 'package.json': packageJson, 'app.cjs': '' }),
    'registered no programming model',
  ],
  [
    'an unusable concurrency',
    () => appWith({ 'host.json': '{"extensions":{"durableTask":{"maxConcurrentActivityFunctions":0}}}' }),
    'maxConcurrentActivityFunctions is 0, expected a whole number',
  ],
  [
    'encrypted settings',
    () => appWith({ 'host.json': '{}', 'local.settings.json': '{"IsEncrypted":true}' }),
    'func settings decrypt',
  ],
  [
    'a missing setting',
    () => appWith({ 'host.json': '{}', 'package.json': packageJson, 'app.cjs': timerApp('%ABSENT%') }),
    "Function 'tick': the setting '%ABSENT%' does not exist",
  ],
  [
    'an invalid schedule',
    () => appWith({ 'host.json': '{}', 'package.json': packageJson, 'app.cjs': timerApp('0 61 * * * *') }),
    "Function 'tick': The schedule \"0 61 * * * *\" can't be read",
  ],
  [
    'an unknown route constraint',
    () => appWith({ 'host.json': '{}', 'package.json': packageJson, 'app.cjs': httpApp("route: '{id:odd}'") }),
    'Function \'one\': The route "/api/{id:odd}" has the constraint "odd"',
  ],
])('%s: one message, exit code 1', async (_, appFolder, message) => {
  const { code, output } = await runToEnd({ main, appFolder: appFolder(), dataFolder: newFolder() });
  expect(code).toBe(1);
  expect(output).toContain(message);
});

test('an unknown option shows the usage', async () => {
  const { code, output } = await runToEnd({ main, dataFolder: newFolder(), flags: ['--prot', '1'] });
  expect(code).toBe(2);
  expect(output).toContain('Usage: node main.js APPDIR');
});

test('the environment overrides local.settings.json', async () => {
  const environment = { DEMO_GREETING: 'from the environment' };
  const host = await startHostProcess({ main, dataFolder: newFolder(), environment });
  expect(await (await fetch(`${host.origin}/api/hello`)).json()).toMatchObject({ greeting: 'from the environment' });
  expect(await host.stop()).toBe(0);
});

describe('timers and the admin API', () => {
  test('a timer runs on startup, by its schedule, and by hand', async () => {
    const file = path.join(folder, 'ticks');
    const environment = { DEMO_TRACE: file, DEMO_TICK: '00:00:01', DEMO_RUN_ON_STARTUP: 'true' };
    const host = await startHostProcess({ main, dataFolder: newFolder(), environment });
    const ticks = () =>
      fs
        .readFileSync(file, 'utf8')
        .split('\n')
        .filter((line) => line.startsWith('tick'));
    await eventually(() => (fs.existsSync(file) && ticks().length === 1 ? true : undefined));
    const response = await fetch(`${host.origin}/admin/functions/tick?code=${HOST_KEY}`, { method: 'POST' });
    expect(response.status).toBe(202);
    await eventually(() => (ticks().length === 3 ? true : undefined));
    const info = JSON.parse(ticks()[0]?.slice('tick '.length) ?? '') as object;
    expect(info).toMatchObject({ isPastDue: false, schedule: { adjustForDST: true }, scheduleStatus: {} });
    expect(await host.stop()).toBe(0);
  });

  test('a timer function that throws is tried again by its own policy, and sees which retry it is', async () => {
    const file = path.join(folder, 'retries');
    const appFolder = appWith({
      'host.json': '{}',
      'package.json': packageJson,
      'app.cjs': `require('@azure/functions').app.timer('fails', {
        schedule: '0 0 0 1 1 *',
        retry: { strategy: 'fixedDelay', maxRetryCount: 2, delayInterval: 0 },
        handler: (timer, { retryContext = {} }) => {
          const { retryCount, maxRetryCount, exception } = retryContext;
          require('node:fs').appendFileSync(${JSON.stringify(file)}, JSON.stringify([retryCount, maxRetryCount, exception?.message]) + '\\n');
          throw new Error('no luck');
        },
      })`,
    });
    const host = await startHostProcess({ main, appFolder, dataFolder: newFolder() });
    await fetch(`${host.origin}/admin/functions/fails?code=${HOST_KEY}`, { method: 'POST' });
    const attempts = () => fs.readFileSync(file, 'utf8').trim().split('\n');
    await eventually(() => (fs.existsSync(file) && attempts().length === 3 ? true : undefined));
    // A stop waits for running functions, so a fourth attempt would show.
    expect(await host.stop()).toBe(0);
    expect(attempts().map((line) => JSON.parse(line) as unknown)).toEqual([
      [null, null, null],
      [1, 2, 'no luck'],
      [2, 2, 'no luck'],
    ]);
  });

  test('only timer functions can be started by hand, and the status says that the host runs', async () => {
    const host = await startHostProcess({ main, dataFolder: newFolder() });
    const post = (name: string) => fetch(`${host.origin}/admin/functions/${name}?code=${HOST_KEY}`, { method: 'POST' });
    expect((await post('hello')).status).toBe(400);
    expect((await post('nobody')).status).toBe(404);
    const status = await (await fetch(`${host.origin}/admin/host/status?code=${HOST_KEY}`)).json();
    expect(status).toMatchObject({ state: 'Running', processId: host.child.pid, durable: { activities: 0 } });
    expect(await host.stop()).toBe(0);
  });
});

describe('stopping', () => {
  test('waits for a running HTTP call, runs the hooks, and releases the lock', async () => {
    const trace = path.join(folder, 'stop-http');
    const dataFolder = newFolder();
    const host = await startHostProcess({ main, dataFolder, environment: { DEMO_TRACE: trace } });
    const answer = fetch(`${host.origin}/api/slow`);
    await eventually(() => (fs.readFileSync(trace, 'utf8').includes('slow begins') ? true : undefined));
    const stopped = host.stop();
    expect(await (await answer).text()).toBe('slow but whole');
    expect(await stopped).toBe(0);
    expect(fs.readFileSync(trace, 'utf8').trim().split('\n').at(-1)).toBe('appTerminate');
    expect(fs.readdirSync(dataFolder)).toEqual(['durable.jsonl']);
    await expect(fetch(host.origin)).rejects.toThrow();
  });

  test.each<[NodeJS.Signals, number, string]>([
    ['SIGTERM', 0, 'SIGTERM after SIGINT changes nothing: a supervisor was interrupted with it'],
    ['SIGINT', 130, 'a second SIGINT stops at once'],
  ])('%s, %d: %s', async (second, code) => {
    const trace = path.join(folder, `stop-twice-${second}`);
    const host = await startHostProcess({ main, dataFolder: newFolder(), environment: { DEMO_TRACE: trace } });
    const answer = fetch(`${host.origin}/api/slow`).then((response) => response.text());
    answer.catch(() => undefined);
    await eventually(() => (fs.readFileSync(trace, 'utf8').includes('slow begins') ? true : undefined));
    const stopped = host.stop('SIGINT');
    await eventually(() => (host.output().includes('SIGINT: stopping') ? true : undefined));
    host.child.kill(second);
    expect(await stopped).toBe(code);
    if (code === 0) expect(await answer).toBe('slow but whole');
    else await expect(answer).rejects.toThrow();
  });

  test('does not wait longer than --drain-seconds', async () => {
    const trace = path.join(folder, 'stop-bound');
    const flags = ['--drain-seconds', '0'];
    const host = await startHostProcess({ main, dataFolder: newFolder(), environment: { DEMO_TRACE: trace }, flags });
    const answer = fetch(`${host.origin}/api/slow`).then((response) => response.text());
    answer.catch(() => undefined);
    await eventually(() => (fs.readFileSync(trace, 'utf8').includes('slow begins') ? true : undefined));
    expect(await host.stop()).toBe(0);
    await expect(answer).rejects.toThrow();
  });

  test.each(['pipe', 'ipc'] as const)('--exit-with-parent: the host ends when its parent (%s) ends', async (stdio) => {
    const dataFolder = newFolder();
    const host = await startHostProcess({ main, dataFolder, stdio, flags: ['--exit-with-parent'] });
    expect((await fetch(`${host.origin}/api/items/1`)).status).toBe(200);
    if (stdio === 'ipc') host.child.disconnect();
    else host.child.stdin?.end();
    await eventually(() => (host.child.exitCode === null ? undefined : true));
    expect(host.child.exitCode).toBe(0);
    expect(fs.readdirSync(dataFolder)).toEqual(['durable.jsonl']);
  });

  test('a signal while the app is being loaded stops the host after loading, and leaves no lock', async () => {
    const slow =
      "const until = Date.now() + 700; while (Date.now() < until); require('node:fs').writeFileSync(__dirname + '/loaded', '');";
    const ready = "require('node:fs').writeFileSync(__dirname + '/loading', '');";
    const app = appWith({ 'host.json': '{}', 'package.json': packageJson, 'app.cjs': `${ready}${slow}${httpApp('')}` });
    const dataFolder = newFolder();
    let spawned: ChildProcess | undefined;
    const ended = runToEnd({ main, appFolder: app, dataFolder, onSpawn: (child) => (spawned = child) });
    await eventually(() => (fs.existsSync(path.join(app, 'loading')) ? true : undefined));
    spawned?.kill('SIGTERM');
    expect((await ended).code).toBe(0);
    expect(fs.existsSync(path.join(app, 'loaded'))).toBe(true);
    expect(fs.readdirSync(dataFolder)).not.toContain('durable.lock');
  });

  test('without --exit-with-parent a closed standard input has no effect', async () => {
    const host = await startHostProcess({ main, dataFolder: newFolder(), stdio: 'pipe' });
    host.child.stdin?.end();
    expect((await fetch(`${host.origin}/api/items/1`)).status).toBe(200);
    expect(host.child.exitCode).toBeNull();
    expect(await host.stop()).toBe(0);
  });
});

test('the demo app does not import the host', () => {
  const files = fs.readdirSync(path.join(demoApp, 'functions'));
  for (const file of files) {
    expect(fs.readFileSync(path.join(demoApp, 'functions', file), 'utf8')).not.toContain('functions-host');
  }
});
