import { createServer } from 'node:net';

/** True when a server may listen on the port of the loopback address. */
export async function isPortFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

/** A port that the system picks; free at the moment of the answer. */
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

/**
 * The preferred port, or the next free one above it that is not in `taken`.
 * Throws when none of the next 50 is free.
 */
export async function nextFreePort(preferred: number, taken: ReadonlySet<number> = new Set()): Promise<number> {
  for (let port = preferred; port < preferred + PORTS_TO_TRY; port++) {
    if (!taken.has(port) && (await isPortFree(port))) return port;
  }
  throw new Error(
    `Ports ${preferred} to ${preferred + PORTS_TO_TRY - 1} are all in use on 127.0.0.1. Free one, or choose another start with a setting.`,
  );
}
