import type { StartListener } from '../platform/platform';

/** Says how the platform comes up, a line each. */
export function announceStart(write: (line: string) => void): StartListener {
  return {
    starting: () => undefined,
    ready: (name, url, seconds) => write(`  ${name.padEnd(18)} ${url.padEnd(40)} ${seconds.toFixed(1).padStart(5)} s`),
    note: (line) => write(`  ${line}`),
  };
}
