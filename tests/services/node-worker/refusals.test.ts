import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { indexApp } from '../../support/node-worker/indexedApp';
import { refusalsOfHost } from '../../support/node-worker/refusalsOfHost';

const LIBRARY = JSON.stringify(require.resolve('@azure/functions'));
const HOST_JSON = {
  extensionBundle: { id: 'Microsoft.Azure.Functions.ExtensionBundle', version: '[4.*, 5.0.0)' },
};
const folder = mkdtempSync(path.join(tmpdir(), 'node-worker-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What worker and host refuse of an app with this code. It has `app` of the library, and `core` of the worker. */
async function refusalsOf(code: string, { main = 'app.js', hostJson = HOST_JSON, settings = {} } = {}) {
  const start = `const { app } = require(${LIBRARY}); const core = require('@azure/functions-core');
    const raw = (name, bindings, more) => {
      core.setProgrammingModel({ getCapabilities: (all) => all });
      return core.registerFunction({ name, bindings, ...more }, () => {});
    };
    const http = (more) => ({ type: 'httpTrigger', direction: 'in', ...more });
    const handler = () => ({ body: '' });\n`;
  writeFileSync(path.join(folder, 'package.json'), JSON.stringify({ main }));
  writeFileSync(path.join(folder, 'app.js'), start + code);
  return refusalsOfHost(await indexApp(folder, {}), hostJson, settings);
}

const SOUND = `app.http('sound', { route: 'sound/{id:int}', methods: ['GET'], authLevel: 'anonymous', handler });
  app.timer('nightly', { schedule: '%WHEN%', handler });`;

it('a sound app has no refusals', async () => {
  expect(await refusalsOf(SOUND, { settings: { WHEN: '0 0 1 * * *' } })).toEqual([]);
});

it.each<[string, string, string]>([
  ['no functions', '', 'no programming model'],
  ['only a function that was removed', `raw('one', {}).dispose();`, 'no functions'],
  ['an entry file that throws', `${SOUND} throw new Error('no database');`, 'no database'],
  ['the same name twice', `app.http('one', { handler }); app.http('one', { handler });`, 'registered twice'],
  [
    'the same name in other case',
    `app.http('one', { handler }); app.http('One', { route: 'b', handler });`,
    'one: two functions',
  ],
  ['a name with a dot', `app.http('a.b', { handler });`, 'a.b: the name of the function is not valid'],
  ['a name that begins with a digit', `app.http('1st', { handler });`, '1st: the name of the function is not valid'],
  ['the name "host"', `app.http('host', { handler });`, 'host: the name of the function is not valid'],
  ['no handler', `app.http('one', {});`, 'no handler'],
  ['no binding', `raw('one', {});`, 'one: there is no binding'],
  ['no trigger', `raw('one', { res: { type: 'http', direction: 'out' } });`, 'there are 0 triggers'],
  ['two triggers', `raw('one', { a: http(), b: { type: 'queueTrigger', direction: 'in' } });`, 'there are 2 triggers'],
  ['a trigger with another direction', `raw('one', { a: http({ direction: 'out' }) });`, 'direction of the trigger'],
  [
    'a direction that is not known',
    `raw('one', { a: http({ direction: 'into' }) });`,
    'The direction of a binding is "into"',
  ],
  [
    'a binding without a direction',
    `raw('one', { a: http(), b: { type: 'blob' } });`,
    'the binding "b" has no direction',
  ],
  ['a binding without a type', `raw('one', { a: http(), b: { direction: 'in' } });`, 'the binding "b" has no type'],
  ['a binding without a name', `raw('one', { '': http() });`, 'the name "" is not valid'],
  ['a name of a binding with a dash', `raw('one', { 'a-b': http() });`, 'the name "a-b" is not valid'],
  [
    'names of bindings that differ in case only',
    `raw('one', { a: http(), A: { type: 'blob', direction: 'in' } });`,
    'two bindings have the name "a"',
  ],
  [
    'a return value that is an input',
    `raw('one', { a: http(), $return: { type: 'http', direction: 'in' } });`,
    '"$return" is not "out"',
  ],
  [
    'a type of trigger that no extension has',
    `app.generic('one', { trigger: { type: 'fileTrigger', name: 'a' }, handler });`,
    'the type "fileTrigger"',
  ],
  [
    'a route for the host',
    `app.http('one', { route: 'admin/users', handler });`,
    'the route "admin/users" is reserved',
  ],
  ['a route that cannot be read', `app.http('one', { route: 'runs/{id:word}', handler });`, 'the constraint "word"'],
  [
    'a level of access that is not known',
    `app.http('one', { authLevel: 'everyone', handler });`,
    'authLevel "everyone"',
  ],
  [
    'one route with one method twice',
    `app.http('one', { route: 'a', methods: ['GET'], handler }); app.http('two', { route: '/A/', methods: ['POST', 'GET'], handler });`,
    'two: the route "a"',
  ],
  [
    'a function for all methods of a route that has one',
    `raw('one', { a: http({ route: 'a' }) }); raw('two', { a: http({ route: 'a', methods: ['GET'] }) });`,
    'two: the route "a"',
  ],
  ['a timer without a schedule', `app.timer('one', { handler });`, 'one: the timer has no schedule'],
  [
    'a schedule whose setting does not exist',
    `app.timer('one', { schedule: '%WHEN%', handler });`,
    'the setting "WHEN"',
  ],
  ['a schedule that cannot be read', `app.timer('one', { schedule: '0 0 25 * * *', handler });`, "can't be read"],
  ['a timespan as a schedule', `app.timer('one', { schedule: '00:10:00', handler });`, 'is a timespan'],
  [
    'a retry policy without its interval',
    `raw('one', { a: http() }, { retryOptions: { retryStrategy: 'fixedDelay', maxRetryCount: 3 } });`,
    'no delayInterval',
  ],
  [
    'a function that comes after the start',
    `${SOUND} setTimeout(() => app.http('late', { handler }), 3);`,
    'The function "late" was registered after the start',
  ],
  ['a promise that the entry file forgot', `${SOUND} Promise.reject(new Error('forgotten'));`, 'forgotten'],
])('%s is refused', async (_, code, refusal) => {
  const refusals = await refusalsOf(code);
  expect(refusals).toEqual(expect.arrayContaining([expect.stringContaining(refusal)]));
});

it('a "main" that does not exist is refused', async () => {
  expect(await refusalsOf(SOUND, { main: 'dist/index.js' })).toEqual([
    expect.stringContaining('"main" of package.json is dist/index.js, which does not exist'),
  ]);
});

it('an extension bundle that is not known is refused', async () => {
  const hostJson = { extensionBundle: { id: 'Microsoft.Azure.Functions.ExtensionBundle', version: '[2.*, 3.0.0)' } };
  expect(await refusalsOf(SOUND, { hostJson })).toEqual([expect.stringContaining('[2.*, 3.0.0)')]);
});
