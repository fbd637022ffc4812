import { inspect } from 'node:util';

export const logLevels = ['trace', 'debug', 'information', 'warning', 'error', 'critical', 'none'] as const;
export type LogLevel = (typeof logLevels)[number];

/** Writes one line when `level` is at or above the host's log level. */
export type Log = (level: LogLevel, category: string, message: string) => void;

/** True for a valid value of `--log-level`. */
export function isLogLevel(word: string): word is LogLevel {
  return (logLevels as readonly string[]).includes(word);
}

/** A log that drops messages below `minimum` and passes all others to `write`, one line each. */
export function createLog(minimum: LogLevel, write: (line: string) => void): Log {
  const threshold = logLevels.indexOf(minimum);
  return (level, category, message) => {
    if (logLevels.indexOf(level) >= threshold) write(`${new Date().toISOString()} ${level} [${category}] ${message}\n`);
  };
}

/** The thrown value as an Error; JavaScript can throw any value. */
export function toError(thrown: unknown): Error {
  if (thrown instanceof Error) return thrown;
  return new Error(textOf(thrown));
}

/** As the language worker makes it. */
function textOf(thrown: unknown): string {
  if (thrown === undefined || thrown === null) return 'Unknown error';
  if (typeof thrown === 'string') return thrown;
  if (typeof thrown !== 'object') return inspect(thrown);
  try {
    return JSON.stringify(thrown);
  } catch {
    return inspect(thrown);
  }
}

/** The stack of the thrown value. */
export function describeThrown(thrown: unknown): string {
  const { stack, message } = toError(thrown);
  return stack ?? message;
}

/** The message of the thrown value. */
export function messageOf(thrown: unknown): string {
  return toError(thrown).message;
}
