import { inspect } from 'node:util';

export const logLevels = ['trace', 'debug', 'information', 'warning', 'error', 'critical', 'none'] as const;
export type LogLevel = (typeof logLevels)[number];

/** Writes one line when `level` is at or above the level the host was started with. */
export type Log = (level: LogLevel, category: string, message: string) => void;

/** True for a word that `--log-level` understands. */
export function isLogLevel(word: string): word is LogLevel {
  return (logLevels as readonly string[]).includes(word);
}

/** A log that drops everything under `minimum` and hands the rest, one line each, to `write`. */
export function createLog(minimum: LogLevel, write: (line: string) => void): Log {
  const threshold = logLevels.indexOf(minimum);
  return (level, category, message) => {
    if (logLevels.indexOf(level) >= threshold) write(`${new Date().toISOString()} ${level} [${category}] ${message}\n`);
  };
}

/** What was thrown as an Error; JavaScript can throw anything. */
export function toError(thrown: unknown): Error {
  if (thrown instanceof Error) return thrown;
  return new Error(typeof thrown === 'string' ? thrown : inspect(thrown));
}

/** The stack of what was thrown. */
export function describeThrown(thrown: unknown): string {
  const { stack, message } = toError(thrown);
  return stack ?? message;
}

/** The message of what was thrown. */
export function messageOf(thrown: unknown): string {
  return toError(thrown).message;
}
