import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { parseArgs } from 'node:util';
import type { IdCheck } from '../durable/episodes/sdkSequenceCheck';
import { readHostNames } from '../http/allowedHosts';
import type { Environment } from './hostSettings';
import { isLogLevel, logLevels, type LogLevel } from '../log';

export const usage = `Usage: node main.js APPDIR [options]
Runs a compiled Azure Functions app (Node.js, programming model v4) on this machine.

  --port N               port to serve on; 0 means any free port (default: local.settings.json's LocalHttpPort, or 7071)
  --data DIR             folder for the durable journal (default: APPDIR/.functions-host)
  --bind ADDRESS         address to serve on (default: 127.0.0.1)
  --allowed-hosts NAMES  names, with commas, under which the host may be called beside localhost and IP addresses
  --log-level LEVEL      ${logLevels.join(' | ')} (default: information)
  --id-check MODE        strict | log | off: what to do when SDK and host number durable tasks differently
                         (default: strict; environment: FUNCTIONS_HOST_ID_CHECK)
  --sync-journal         wait for the disk at each write: survives power loss, and is slow
  --activity-starts N    an activity that was started so often without a result, because the process ended each time,
                         fails (default: 5)
  --drain-seconds N      how long a stop waits for what is running (default: 10)
  --exit-with-parent     stop when the parent process goes away (its IPC channel or our stdin closes)

The durable management API and /admin need a key (?code= or the header x-functions-key): FUNCTIONS_HOST_KEY, or a
random one for this start that only the app knows.`;

export interface CommandLine {
  appFolder: string;
  dataFolder: string;
  port: number | undefined;
  bindAddress: string;
  allowedHosts: string[];
  key: string;
  logLevel: LogLevel;
  idCheck: IdCheck;
  maxActivityStarts: number;
  isSynchronousJournal: boolean;
  drainTimeoutInMilliseconds: number;
  exitsWithParent: boolean;
}

/** Reads the command line. Throws an Error that names the option and says what is wrong. */
export function readCommandLine(words: string[], environment: Environment): CommandLine {
  const { values, positionals } = parseArgs({
    args: words,
    allowPositionals: true,
    options: {
      port: { type: 'string' },
      data: { type: 'string' },
      bind: { type: 'string', default: '127.0.0.1' },
      'allowed-hosts': { type: 'string' },
      'log-level': { type: 'string', default: 'information' },
      'id-check': { type: 'string', default: environment.FUNCTIONS_HOST_ID_CHECK ?? 'strict' },
      'sync-journal': { type: 'boolean', default: false },
      'activity-starts': { type: 'string', default: '5' },
      'drain-seconds': { type: 'string', default: '10' },
      'exit-with-parent': { type: 'boolean', default: false },
    },
  });
  const [app, ...more] = positionals;
  if (app === undefined || more.length > 0) throw new Error('Pass exactly one app folder.');
  const appFolder = path.resolve(app);
  const logLevel = values['log-level'];
  if (!isLogLevel(logLevel)) throw new Error(`--log-level is "${logLevel}", expected one of ${logLevels.join(', ')}.`);
  const idCheck = values['id-check'];
  if (idCheck !== 'strict' && idCheck !== 'log' && idCheck !== 'off') {
    throw new Error(`--id-check is "${idCheck}", expected strict, log or off.`);
  }
  return {
    appFolder,
    dataFolder: path.resolve(values.data ?? path.join(appFolder, '.functions-host')),
    port: values.port === undefined ? undefined : readNumber('--port', values.port, 65535),
    bindAddress: values.bind,
    allowedHosts: readHostNames(values['allowed-hosts']),
    key: readKey(environment.FUNCTIONS_HOST_KEY),
    logLevel,
    idCheck,
    maxActivityStarts: readNumber('--activity-starts', values['activity-starts'], 1000),
    isSynchronousJournal: values['sync-journal'],
    drainTimeoutInMilliseconds: readNumber('--drain-seconds', values['drain-seconds'], 86400) * 1000,
    exitsWithParent: values['exit-with-parent'],
  };
}

function readKey(given: string | undefined): string {
  if (!given) return randomBytes(24).toString('base64url');
  if (/^[A-Za-z0-9_-]{8,}$/.test(given)) return given;
  throw new Error('FUNCTIONS_HOST_KEY is not valid, expected at least 8 letters, digits, hyphens and underscores.');
}

function readNumber(option: string, text: string, highest: number): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && number <= highest) return number;
  throw new Error(`${option} is "${text}", expected a whole number from 0 to ${highest}.`);
}
