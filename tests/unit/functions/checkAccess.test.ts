import { HttpRequest } from '@azure/functions';
import { createIdentity } from '../../../lib/access/createIdentity';
import { checkAccess } from '../../../functions/http/checkAccess';
import { readBody } from '../../../functions/http/readRequest';
import { unknownRoute } from '../../../functions/http/unknownRoute';
import { ROUTES } from '../../../functions/http/routes';
import { z } from 'zod';

jest.mock('../../../functions/theApp', () => ({ theApp: () => ({}) }));

const TOKEN = 'the-token-of-a-local-platform';
const identify = createIdentity({
  trustsPlatform: false,
  signedInRoles: [],
  allowedOrigins: [],
  local: { token: TOKEN, user: 'ada' },
});
const app = { identify, allowedOrigins: ['https://portal.example'] };
const requestWith = (headers: Record<string, string>, body?: string): HttpRequest =>
  new HttpRequest({
    method: 'POST',
    url: 'http://127.0.0.1:7071/api/runs',
    headers: { host: '127.0.0.1:7071', ...headers },
    ...(body === undefined ? {} : { body: { string: body } }),
  });
const owner = { authorization: `Bearer ${TOKEN}` };

it('refuses a caller without an identity, and one without the role', async () => {
  await expect(checkAccess(app, requestWith({}), 'reader')).rejects.toMatchObject({
    code: 'UNAUTHENTICATED',
    status: 401,
  });
  const reader = requestWith({ ...owner, 'x-local-roles': 'reader' });
  await expect(checkAccess(app, reader, 'operator')).rejects.toMatchObject({ code: 'ROLE_MISSING', status: 403 });
  await expect(checkAccess(app, reader, 'reader')).resolves.toMatchObject({ name: 'ada' });
  await expect(checkAccess(app, requestWith({}), 'anyone')).resolves.toBeUndefined();
});

it.each<[string, Record<string, string>]>([
  ['a page of another site', { origin: 'https://evil.example' }],
  ['a page of another port', { origin: 'http://127.0.0.1:3000' }],
  ['a page without an origin', { origin: 'null' }],
  ['what the browser marks as cross-site', { 'sec-fetch-site': 'cross-site' }],
])('refuses %s even with the token of the owner', async (_name, headers) => {
  await expect(checkAccess(app, requestWith({ ...owner, ...headers }), 'reader')).rejects.toMatchObject({
    code: 'ORIGIN_REFUSED',
    status: 403,
  });
});

it.each<[string, Record<string, string>]>([
  ['its own page', { origin: 'http://127.0.0.1:7071', 'sec-fetch-site': 'same-origin' }],
  ['a page behind a proxy', { origin: 'http://pipeline.example', 'x-forwarded-host': 'pipeline.example' }],
  ['an allowed page', { origin: 'https://portal.example', 'sec-fetch-site': 'cross-site' }],
  ['a program', {}],
])('accepts %s', async (_name, headers) => {
  await expect(checkAccess(app, requestWith({ ...owner, ...headers }), 'reader')).resolves.toMatchObject({ id: 'ada' });
});

it.each(['', 'text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'text/json'])(
  'refuses a body of the type %j',
  async (type) => {
    const request = requestWith(type === '' ? {} : { 'content-type': type }, '{}');
    await expect(readBody(request, z.object({}))).rejects.toMatchObject({
      code: 'CONTENT_TYPE_UNSUPPORTED',
      status: 415,
    });
  },
);

it.each(['application/json', 'Application/JSON; charset=utf-8', 'application/merge-patch+json'])(
  'reads a body of the type %j',
  async (type) => {
    expect(await readBody(requestWith({ 'content-type': type }, '{"a":1}'), z.object({ a: z.number() }))).toEqual({
      a: 1,
    });
  },
);

it('answers a wrong method with 405 and the methods that the path has', () => {
  const url = (path: string): string => `http://127.0.0.1:7071/api/${path}`;
  const answer = unknownRoute({ method: 'DELETE', url: url('runs') }, 'request-1');
  expect(answer.status).toBe(405);
  expect(answer.headers).toMatchObject({ allow: 'GET, POST' });
  expect(unknownRoute({ method: 'GET', url: url('runs/a/decision') }, 'request-1').headers).toMatchObject({
    allow: 'POST',
  });
  expect(() => unknownRoute({ method: 'GET', url: url('nothing') }, 'request-1')).toThrow(
    expect.objectContaining({ code: 'ROUTE_NOT_FOUND' }) as Error,
  );
});

it('gives every route that changes something a role and an audit record', () => {
  const posts = ROUTES.filter(({ method, name }) => method !== 'GET' && name !== 'ask');
  expect(posts.length).toBeGreaterThan(2);
  expect(posts.filter(({ changes, role }) => !changes || role === 'anyone' || role === 'reader')).toEqual([]);
  expect(
    ROUTES.filter(({ role }) => role === 'anyone')
      .map(({ name }) => name)
      .sort(),
  ).toEqual(['health', 'live', 'me']);
});
