import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FaultPlan } from './faultPlan';
import { listening, type FaultProxy } from './faultProxy';

const LATE_IN_MILLISECONDS = 30;

/**
 * Passes the bytes of connections on, and disturbs some of what the client sends: the connection ends before it (`refused`),
 * after the server has carried it out (`lost`) or within the answer (`cut`), or the bytes come late (`slow`).
 */
export async function startTcpFaultProxy({ port, plan }: { port: number; plan: FaultPlan }): Promise<FaultProxy> {
  const open = new Set<net.Socket>();
  const server = net.createServer((client) => {
    const upstream = net.connect({ host: '127.0.0.1', port });
    const end = (): void => {
      client.destroy();
      upstream.destroy();
    };
    let fault: 'lost' | 'cut' | undefined;
    for (const socket of [client, upstream]) {
      open.add(socket);
      socket.on('error', end).on('close', () => {
        open.delete(socket);
        end();
      });
    }
    let sent = Promise.resolve();
    client.on('data', (bytes) => {
      const next = plan.next(['refused', 'lost', 'cut', 'slow'], true);
      if (next === 'refused') return end();
      if (next === 'lost' || next === 'cut') fault = next;
      sent = sent.then(async () => {
        if (next === 'slow') await sleep(LATE_IN_MILLISECONDS);
        if (!upstream.destroyed) upstream.write(bytes);
      });
    });
    upstream.on('data', (bytes) => {
      if (fault === undefined) return void client.write(bytes);
      if (fault === 'lost') return end();
      client.write(bytes.subarray(0, bytes.length >> 1), end);
    });
  });
  return listening(server, () => {
    for (const socket of open) socket.destroy();
  });
}
