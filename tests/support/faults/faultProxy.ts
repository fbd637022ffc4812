import { once } from 'node:events';
import type { AddressInfo, Server } from 'node:net';

export interface FaultProxy {
  port: number;
  stop(): Promise<void>;
}

/** Starts the server of a proxy on the loopback. `endConnections` ends those that are open. */
export async function listening(server: Server, endConnections: () => void): Promise<FaultProxy> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    stop: async () => {
      server.close();
      endConnections();
      await once(server, 'close');
    },
  };
}
