import { spawn } from 'node:child_process';
import { constants } from 'node:os';

/**
 * Runs a program that can't watch its parent itself (a database server, for example), and stops it when the parent of this
 * process ends for any reason: the IPC channel then closes, also after `kill -9`. Ends as the program ends.
 * Argument: a WatchedProgram as JSON.
 */
interface WatchedProgram {
  command: string;
  arguments: string[];
  user?: { uid: number; gid: number };
  stopSignal: NodeJS.Signals;
}

const GRACE_IN_MILLISECONDS = 20_000;

const program = JSON.parse(process.argv[2] ?? '{}') as WatchedProgram;
const child = spawn(program.command, program.arguments, {
  stdio: ['ignore', 'inherit', 'inherit'],
  ...program.user,
  windowsHide: true,
});
child.once('error', (error) => {
  process.stderr.write(`${program.command} could not be started: ${error.message}\n`);
  process.exit(127);
});
child.once('exit', (code, signal) => process.exit(code ?? 128 + (signal ? constants.signals[signal] : 0)));

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
// The pipes of an ended parent break; the program must still end in order.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
process.once('disconnect', () => {
  child.kill(program.stopSignal);
  setTimeout(() => child.kill('SIGKILL'), GRACE_IN_MILLISECONDS).unref();
});
