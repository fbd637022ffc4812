import path from 'node:path';
import { afterFailure } from '../../../packages/functions-host/durable/episodes/retrySchedule';
import { serializeCookie } from '../../../packages/functions-host/http/rpcCookie';
import { readCommandLine } from '../../../packages/functions-host/settings/commandLine';
import { resolveSettings } from '../../../packages/functions-host/settings/hostSettings';
import { entryPattern } from '../../../packages/functions-host/worker/entryFiles';
import { activityInput, typedDataToJson } from '../../../packages/functions-host/worker/typedData';

describe('retry schedule', () => {
  const options = { firstRetryIntervalInMilliseconds: 100, maxNumberOfAttempts: 4 };

  test('constant without a coefficient, exponential with one, bounded by the longest interval', () => {
    const delays = (more: object) =>
      [1, 2, 3].map((attempt) => {
        const next = afterFailure({ ...options, ...more }, attempt, 1000, 0);
        return next.kind === 'again' ? next.fireAt - 1000 : next.kind;
      });
    expect(delays({})).toEqual([100, 100, 100]);
    expect(delays({ backoffCoefficient: 3 })).toEqual([100, 300, 900]);
    expect(delays({ backoffCoefficient: 3, maxRetryIntervalInMilliseconds: 250 })).toEqual([100, 250, 250]);
  });

  test('the last failure creates one more timer, which fires at once', () => {
    expect(afterFailure(options, 4, 1000, 0)).toEqual({ kind: 'lastTimer', fireAt: 1000 });
  });

  test('after the retry timeout there is no timer', () => {
    const timed = { ...options, retryTimeoutInMilliseconds: 500 };
    expect(afterFailure(timed, 1, 1499, 1000)).toEqual({ kind: 'again', fireAt: 1599 });
    expect(afterFailure(timed, 1, 1500, 1000)).toEqual({ kind: 'fail' });
  });
});

describe('typed data', () => {
  test.each([
    [undefined, null],
    [null, null],
    [{ json: '{"a":1}' }, '{"a":1}'],
    [{ string: 'a"b' }, '"a\\"b"'],
    [{ string: '' }, '""'],
    [{ int: 0 }, '0'],
    [{ double: 1.5 }, '1.5'],
    [{ bytes: Buffer.from('hi') }, '"aGk="'],
  ])('%j is stored as %j', (data, expected) => {
    expect(typedDataToJson(data)).toBe(expected);
  });

  test.each([
    ['[null]', undefined],
    ['[{"a":1}]', { string: '{"a":1}' }],
    ['[1]', { string: '1' }],
    // The SDK encodes a string once more; the library decodes it.
    ['["\\"text\\""]', { string: '"text"' }],
  ])('the stored input %s reaches an activity as %j', (stored, expected) => {
    expect(activityInput(stored)).toEqual(expected);
  });
});

test('cookies with every attribute', () => {
  const wrapped = {
    domain: { value: 'a.b' },
    path: { value: '/p' },
    secure: { value: true },
    httpOnly: { value: true },
  };
  const expires = { value: { seconds: 86400 } };
  const all = { name: 'n', value: 'a;b', ...wrapped, expires, maxAge: { value: 5.9 }, sameSite: 'explicitNone' };
  const expected =
    'n=a%3Bb; Max-Age=5; Domain=a.b; Path=/p; Expires=Fri, 02 Jan 1970 00:00:00 GMT; HttpOnly; Secure; SameSite=None';
  expect(serializeCookie(all)).toBe(expected);
  expect(serializeCookie({ name: 'n', value: '', sameSite: 'none' })).toBe('n=');
});

test.each([
  ['src/functions/*.js', 'src/functions/a.js', true],
  ['src/functions/*.js', 'src/functions/b/a.js', false],
  ['src/{index.js,functions/*.js}', 'src/index.js', true],
  ['src/{index.js,functions/*.js}', 'src/functions/x.js', true],
  ['dist/**/*.js', 'dist/a.js', true],
  ['dist/**/*.js', 'dist/b/c/a.js', true],
  ['./dist/*.js', 'dist/a.js', true],
  ['dist/*.js', 'dist/axjs', false],
])('the "main" pattern %s and the file %s: %s', (pattern, file, expected) => {
  expect(entryPattern(pattern).test(file)).toBe(expected);
});

test('settings are inserted, and a missing one is named with its owner', () => {
  expect(resolveSettings('a%X%b%Y%', { X: '1', Y: '' }, 'someone')).toBe('a1b');
  expect(() => resolveSettings('%Z%', {}, 'someone')).toThrow("someone: the setting '%Z%' does not exist. Add Z to");
});

describe('command line', () => {
  test('defaults', () => {
    const appFolder = path.resolve('app');
    expect(readCommandLine(['app'], {})).toEqual({
      appFolder,
      dataFolder: path.join(appFolder, '.functions-host'),
      port: undefined,
      bindAddress: '127.0.0.1',
      allowedHosts: [],
      key: expect.stringMatching(/^[A-Za-z0-9_-]{32}$/) as string,
      logLevel: 'information',
      idCheck: 'strict',
      maxActivityStarts: 5,
      isSynchronousJournal: false,
      drainTimeoutInMilliseconds: 10000,
      exitsWithParent: false,
    });
  });

  test('the environment sets the id check, and an option overrides it', () => {
    const environment = { FUNCTIONS_HOST_ID_CHECK: 'log' };
    expect(readCommandLine(['app'], environment).idCheck).toBe('log');
    expect(readCommandLine(['app', '--id-check', 'off'], environment).idCheck).toBe('off');
  });

  test.each([
    [[], 'Pass exactly one app folder'],
    [['a', 'b'], 'Pass exactly one app folder'],
    [['a', '--port', '70000'], '--port is "70000", expected a whole number from 0 to 65535'],
    [['a', '--port', '-1'], '--port'],
    [['a', '--log-level', 'loud'], '--log-level is "loud"'],
    [['a', '--id-check', 'maybe'], '--id-check is "maybe"'],
    [['a', '--drain-seconds', 'x'], '--drain-seconds is "x"'],
  ])('%j is refused', (words, message) => {
    expect(() => readCommandLine(words, {})).toThrow(message);
  });
});
