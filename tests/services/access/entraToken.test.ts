import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { entraToken } from '../../../lib/access/entraToken';
import type { Identify } from '../../../lib/access/identity';

const TENANT = '11111111-2222-3333-4444-555555555555';
const AUDIENCE = 'api://pipeline-x';

let server: Server;
let authority: string;
let identify: Identify;
let sign: (claims: object, options?: SignOptions) => Promise<string>;
let fetches = 0;

interface SignOptions {
  audience?: string;
  issuer?: string;
  expiresAt?: string;
  /** Signs with a key that the tenant does not publish. */
  stranger?: boolean;
}

beforeAll(async () => {
  const { exportJWK, generateKeyPair, SignJWT } = await import('jose');
  const [own, other] = [await generateKeyPair('RS256'), await generateKeyPair('RS256')];
  const keys = [{ ...(await exportJWK(own.publicKey)), kid: 'k1', alg: 'RS256', use: 'sig' }];
  server = createServer((request, response) => {
    fetches += 1;
    const isKeys = request.url === `/${TENANT}/discovery/v2.0/keys`;
    response.writeHead(isKeys ? 200 : 404, { 'content-type': 'application/json' }).end(JSON.stringify({ keys }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  authority = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  identify = entraToken({ tenantId: TENANT, audience: AUDIENCE, authority });
  sign = (claims, { audience = AUDIENCE, issuer, expiresAt = '5m', stranger = false } = {}) =>
    new SignJWT({ oid: 'abc', ...claims })
      .setProtectedHeader({ alg: 'RS256', kid: 'k1' })
      .setAudience(audience)
      .setIssuer(issuer ?? `${authority}/${TENANT}/v2.0`)
      .setExpirationTime(expiresAt)
      .sign(stranger ? other.privateKey : own.privateKey);
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

const withToken = (token: string): Headers => new Headers({ authorization: `Bearer ${token}` });

it('knows a person by a token of version 1 or 2, and fetches the keys once', async () => {
  const claims = { preferred_username: 'ada@example.org', scp: 'use', roles: ['operator'], groups: ['g1'] };
  const person = { id: 'abc', name: 'ada@example.org', kind: 'person', roles: ['operator'], groups: ['g1'] };
  expect(await identify(withToken(await sign(claims)))).toEqual(person);
  const issuer = `https://sts.windows.net/${TENANT}/`;
  expect(await identify(withToken(await sign(claims, { issuer })))).toEqual(person);
  expect(fetches).toBe(1);
});

it('knows an application by its id', async () => {
  const token = await sign({ idtyp: 'app', azp: 'the-app', roles: ['reader'] });
  expect(await identify(withToken(token))).toMatchObject({ name: 'the-app', kind: 'application', roles: ['reader'] });
});

it('knows nobody without a token', async () => {
  expect(await identify(new Headers())).toBeUndefined();
  expect(await identify(new Headers({ authorization: 'Basic abc' }))).toBeUndefined();
});

it('refuses a token that another key signed, for another audience or tenant, or that has expired', async () => {
  const unsigned = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${Buffer.from('{"oid":"abc"}').toString('base64url')}.`;
  const tokens = [
    await sign({}, { stranger: true }),
    await sign({}, { audience: 'api://another' }),
    await sign({}, { issuer: `${authority}/another/v2.0` }),
    await sign({}, { expiresAt: '-5m' }),
    await sign({ oid: undefined }),
    unsigned,
    'not.a.token',
  ];
  for (const token of tokens) {
    await expect(identify(withToken(token))).rejects.toMatchObject({ code: 'TOKEN_INVALID', status: 401 });
  }
});

it('reports that the keys cannot be fetched as a fault that may pass', async () => {
  const lost = entraToken({ tenantId: 'unknown', audience: AUDIENCE, authority });
  await expect(lost(withToken(await sign({})))).rejects.toMatchObject({
    code: 'IDENTITY_UNAVAILABLE',
    retryable: true,
  });
});
