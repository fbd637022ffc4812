import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import type { QdrantClient } from '@qdrant/js-client-rest' with { 'resolution-mode': 'import' };
import { startVectorEndpoint } from '../../packages/vector-endpoint/vectorEndpoint';

/** A response of the server with any status. */
export interface RawAnswer {
  readonly status: number;
  readonly body: { result?: unknown; status?: string | { error: string }; time?: number };
  /** The text of `status.error`; undefined for a successful response. */
  readonly error: string | undefined;
}

/** The server under test: a real Qdrant at QDRANT_URL, or the local vector endpoint, started for the test file. */
export interface QdrantServer {
  readonly url: string;
  readonly client: QdrantClient;
  /** A unique name. Collections with these names are deleted at the end. */
  newName(): string;
  /** Sends a request without the client, for requests that the client refuses and for complete errors. */
  send(method: string, path: string, body?: unknown): Promise<RawAnswer>;
  /** Deletes the collections of the tests, and stops the server if it was started here. */
  stop(): Promise<void>;
}

async function startServer(): Promise<{ url: string; stop(): Promise<void> }> {
  const url = process.env.QDRANT_URL;
  if (url !== undefined && url !== '') {
    return { url: url.replace(/\/+$/, ''), stop: async () => {} };
  }
  const dataDirectory = await mkdtemp(join(tmpdir(), 'qdrant-contract-'));
  const endpoint = await startVectorEndpoint({ port: 0, dataDirectory });
  return {
    url: endpoint.url,
    stop: async () => {
      await endpoint.stop();
      await rm(dataDirectory, { recursive: true, force: true });
    },
  };
}

export async function startQdrantServer(): Promise<QdrantServer> {
  const server = await startServer();
  const { QdrantClient: Client } = await import('@qdrant/js-client-rest');
  const client = new Client({ url: server.url, checkCompatibility: false });
  const names: string[] = [];

  const send: QdrantServer['send'] = async (method, path, body) => {
    const response = await fetch(server.url + path, {
      method,
      ...(body !== undefined && {
        headers: { 'content-type': 'application/json' },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      }),
    });
    const text = await response.text();
    const answer = (text === '' ? {} : JSON.parse(text)) as RawAnswer['body'];
    return {
      status: response.status,
      body: answer,
      error: typeof answer.status === 'object' ? answer.status.error : undefined,
    };
  };

  return {
    url: server.url,
    client,
    send,
    newName: () => {
      const name = `contract-${randomUUID()}`;
      names.push(name);
      return name;
    },
    stop: async () => {
      for (const name of names) {
        await send('DELETE', `/collections/${name}`);
      }
      await server.stop();
    },
  };
}
