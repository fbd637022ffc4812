import type { StartListener } from '../platform/platform';

/** Prints the progress of the platform's start, one line for each service. */
export function announceStart(write: (line: string) => void): StartListener {
  return {
    starting: () => undefined,
    ready: (name, url, seconds) => write(`  ${name.padEnd(18)} ${url.padEnd(40)} ${seconds.toFixed(1).padStart(5)} s`),
    note: (line) => write(`  ${line}`),
  };
}
