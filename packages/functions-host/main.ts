#!/usr/bin/env node
import { readCommandLine, usage, type CommandLine } from './settings/commandLine';
import { startHost, type RunningHost } from './host';
import { createLog, describeThrown, messageOf, type Log } from './log';
import { whenParentGone } from './parentWatch';

void main(process.argv.slice(2));

async function main(words: string[]): Promise<void> {
  let commandLine: CommandLine;
  try {
    commandLine = readCommandLine(words, process.env);
  } catch (thrown) {
    process.stderr.write(`${messageOf(thrown)}\n\n${usage}\n`);
    process.exit(2);
  }
  const log = createLog(commandLine.logLevel, (line) => process.stderr.write(line));
  const onFatal = (thrown: unknown): void => {
    log('critical', 'host', describeThrown(thrown));
    process.exit(1);
  };
  // When the parent has ended, writing to our pipes fails. That must not end the drain early.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  // An unhandled rejection in one function must not stop the running orchestrations.
  process.on('unhandledRejection', (thrown) => log('error', 'host', `unhandled rejection: ${describeThrown(thrown)}`));
  process.on('uncaughtException', onFatal);
  try {
    const starting = startHost({ ...commandLine, environment: process.env, log, onFatal });
    stopOnRequest(starting, log, commandLine.exitsWithParent);
    const host = await starting;
    for (const line of host.functions) process.stdout.write(`${line}\n`);
    process.stdout.write(`Functions host listening on ${host.origin}\n`);
  } catch (thrown) {
    // A user needs only the message; the stack is for debugging.
    process.stderr.write(`${messageOf(thrown)}\n`);
    log('debug', 'host', describeThrown(thrown));
    process.exit(1);
  }
}

/**
 * Stops gracefully at the first signal (after the start, if the host is still starting). A second Ctrl-C stops at once. Any
 * other second signal is ignored: a supervisor that was interrupted together with this process may send it.
 */
function stopOnRequest(starting: Promise<RunningHost>, log: Log, exitsWithParent: boolean): void {
  let isStopping = false;
  const stop = (reason: string): void => {
    if (isStopping) return;
    isStopping = true;
    log('information', 'host', `${reason}: stopping`);
    starting
      .then((host) => host.stop())
      .then(
        () => process.exit(0),
        (thrown: unknown) => {
          log('error', 'host', describeThrown(thrown));
          process.exit(1);
        },
      );
  };
  process.once('SIGINT', () => {
    process.once('SIGINT', () => process.exit(130));
    stop('SIGINT');
  });
  process.on('SIGTERM', () => stop('SIGTERM'));
  if (exitsWithParent) whenParentGone(() => stop('the parent process has ended'));
}
