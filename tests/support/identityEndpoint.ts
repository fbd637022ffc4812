import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface IdentityEndpoint {
  /** The settings that Azure gives to an app with a user-assigned identity. */
  environment: Record<string, string>;
  /** Resources that tokens were asked for. */
  resources: string[];
  close(): Promise<void>;
}

/** Plays the endpoint from which an app in Azure gets the tokens of its managed identity (version 2019-08-01 of its protocol). */
export async function startIdentityEndpoint(token: (resource: string) => string): Promise<IdentityEndpoint> {
  const resources: string[] = [];
  const server = createServer((request, response) => {
    const query = new URL(request.url ?? '/', 'http://127.0.0.1').searchParams;
    const isOurs =
      request.headers['x-identity-header'] === 'header-secret' &&
      query.get('api-version') === '2019-08-01' &&
      query.get('client_id') === 'client-1';
    if (!isOurs) return void response.writeHead(403).end('{}');
    const resource = query.get('resource') ?? '';
    resources.push(resource);
    const expires = Math.floor(Date.now() / 1000) + 3600;
    response
      .writeHead(200, { 'content-type': 'application/json' })
      .end(JSON.stringify({ access_token: token(resource), expires_on: `${expires}`, resource, token_type: 'Bearer' }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    environment: {
      IDENTITY_ENDPOINT: `http://127.0.0.1:${(server.address() as AddressInfo).port}/msi/token`,
      IDENTITY_HEADER: 'header-secret',
      AZURE_CLIENT_ID: 'client-1',
      AZURE_TOKEN_CREDENTIALS: 'ManagedIdentityCredential',
    },
    resources,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
