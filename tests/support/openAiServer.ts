import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ReceivedRequest {
  path: string;
  headers: IncomingHttpHeaders;
  body: Record<string, unknown>;
}

export interface PreparedAnswer {
  status?: number;
  headers?: Record<string, string>;
  /** An object is sent as JSON, a list as server-sent events, one for each item. */
  body: unknown;
  /** Keeps the connection open after the last event. */
  staysOpen?: boolean;
}

export interface OpenAiServer {
  url: string;
  requests: ReceivedRequest[];
  close(): Promise<void>;
}

/** A local HTTP server that answers the n-th request with `answer`: recorded responses of the vendors over real HTTP. */
export async function startOpenAiServer(
  answer: (request: ReceivedRequest, number: number) => PreparedAnswer,
): Promise<OpenAiServer> {
  const requests: ReceivedRequest[] = [];
  const server = createServer((incoming, outgoing) => {
    const parts: Buffer[] = [];
    incoming.on('data', (part: Buffer) => parts.push(part));
    incoming.on('end', () => {
      const body = JSON.parse(Buffer.concat(parts).toString('utf8')) as Record<string, unknown>;
      const request = { path: incoming.url ?? '', headers: incoming.headers, body };
      requests.push(request);
      const { status = 200, headers, body: content, staysOpen } = answer(request, requests.length);
      const isStream = Array.isArray(content);
      outgoing.writeHead(status, { 'content-type': isStream ? 'text/event-stream' : 'application/json', ...headers });
      if (!isStream) return outgoing.end(JSON.stringify(content));
      for (const event of content) outgoing.write(`data: ${JSON.stringify(event)}\n\n`);
      if (!staysOpen) outgoing.end('data: [DONE]\n\n');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
