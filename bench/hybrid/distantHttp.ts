import http from 'node:http';
import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { seededRandom } from '../reliability/seededRandom';

export interface DistanceOptions {
  /** Of an HTTP server on the loopback. */
  port: number;
  /** Of a round trip. */
  latencyInMilliseconds: number;
  /** Share of the answers within which the connection is cut, from 0 to 1. The places come from the seed. */
  cutShare?: number;
  seed?: number;
}

export interface DistantHttp {
  port: number;
  /** Answers so far, and those that were cut. */
  counts: { answers: number; cuts: number };
  stop(): Promise<void>;
}

/**
 * Puts an HTTP server at a distance: each answer takes a round trip more, and a new connection takes one for its handshake.
 * Every 100th answer (for a share of 0.01) is cut at a random byte of its body, and before it when it has none; the server has
 * then carried out the request. Bytes that are on their way are not limited.
 */
export async function startDistantHttp(options: DistanceOptions): Promise<DistantHttp> {
  const { port, latencyInMilliseconds: latency, cutShare = 0, seed = 1 } = options;
  const random = seededRandom(seed);
  const agent = new http.Agent({ keepAlive: true });
  const greeted = new WeakSet<Socket>();
  const counts = { answers: 0, cuts: 0 };

  /** True for the share of the answers, evenly spread, beginning at half of the distance between two. */
  const isCut = (): boolean => {
    counts.answers += 1;
    const isNext = Math.floor(counts.answers * cutShare + 0.5) > Math.floor((counts.answers - 1) * cutShare + 0.5);
    if (isNext) counts.cuts += 1;
    return isNext;
  };

  async function handle(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const isFirst = !greeted.has(request.socket);
    greeted.add(request.socket);
    await delay(latency / 2 + (isFirst ? latency : 0));
    const { method, url: path, rawHeaders: headers } = request;
    const onward = http.request({ host: '127.0.0.1', port, method, path, agent, headers });
    request.pipe(onward);
    const [answer] = (await once(onward, 'response')) as [http.IncomingMessage];
    await delay(latency / 2);
    const length = Number(answer.headers['content-length'] ?? 0);
    if (!isCut()) {
      response.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
      answer.pipe(response).on('close', () => answer.destroy());
      return;
    }
    if (length === 0 || method === 'HEAD') return void answer.resume().on('end', () => request.socket.destroy());
    let left = Math.floor(random() * length);
    response.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
    response.flushHeaders();
    for await (const chunk of answer as AsyncIterable<Buffer>) {
      const passed = chunk.subarray(0, left);
      left -= passed.length;
      if (passed.length > 0) await new Promise((sent) => response.write(passed, sent));
      if (passed.length < chunk.length) break;
    }
    request.socket.destroy();
  }

  const server = http.createServer((request, response) => {
    handle(request, response).catch(() => request.socket.destroy());
  });
  server.keepAliveTimeout = 60_000;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    counts,
    stop: async () => {
      server.close();
      server.closeAllConnections();
      agent.destroy();
      await once(server, 'close');
    },
  };
}
