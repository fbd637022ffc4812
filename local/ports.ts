import { createServer } from 'node:net';
import { PipelineError } from '../lib/problems/problem';

/** True when a server can listen on this port of the loopback address. */
export async function isPortFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

/** A port that the operating system picks; it is free when the call returns. */
export async function anyFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}

const PORTS_TO_TRY = 50;
const LAST_PORT = 65535;

/** The port that a setting names, or the usual one. Throws when the setting is not a valid port. */
export function portSetting(setting: string, value: string | undefined, usual: number): number {
  if (value === undefined) return usual;
  const port = Number(value);
  if (Number.isInteger(port) && port > 0 && port <= LAST_PORT) return port;
  throw new PipelineError('PORT_INVALID', 'A setting is not a valid port number.', {
    found: JSON.stringify(value),
    expected: `a whole number from 1 to ${LAST_PORT}, for example ${usual}`,
    where: { setting },
  });
}

/**
 * The preferred port, or the next free one above it that is not in `taken`.
 * Throws when none of the next 50 is free.
 */
export async function nextFreePort(preferred: number, taken: ReadonlySet<number> = new Set()): Promise<number> {
  const last = Math.min(preferred + PORTS_TO_TRY - 1, LAST_PORT);
  for (let port = preferred; port <= last; port++) {
    if (!taken.has(port) && (await isPortFree(port))) return port;
  }
  throw new PipelineError('PORTS_IN_USE', `Ports ${preferred} to ${last} are all in use on 127.0.0.1.`, {
    remedy: 'Free one of these ports, or choose another first port with a setting.',
  });
}
