import { hasRole, splitRoles } from '../../../lib/access/caller';
import { createIdentity, type AccessConfig } from '../../../lib/access/createIdentity';
import { localToken } from '../../../lib/access/localToken';
import { platformPrincipal } from '../../../lib/access/platformPrincipal';

const TOKEN = 'the-token-of-a-local-platform';
const headers = (values: Record<string, string>): Headers => new Headers(values);
const principal = (value: unknown) =>
  headers({ 'x-ms-client-principal': Buffer.from(JSON.stringify(value)).toString('base64') });

describe('roles', () => {
  it('gives what a reader may do to every role, and nothing more', () => {
    expect(hasRole({ roles: ['operator'] }, 'reader')).toBe(true);
    expect(hasRole({ roles: ['approver'] }, 'operator')).toBe(false);
    expect(hasRole({ roles: ['operator'] }, 'approver')).toBe(false);
    expect(hasRole({ roles: [] }, 'reader')).toBe(false);
  });

  it('takes a name that is not a role for a group', () => {
    expect(splitRoles(['Reader', 'finance', 'operator'])).toEqual({
      roles: ['reader', 'operator'],
      groups: ['finance'],
    });
  });
});

describe('the sign-in of the platform', () => {
  const identify = platformPrincipal([]);

  it('knows a person of Static Web Apps with roles and groups', async () => {
    const userRoles = ['anonymous', 'authenticated', 'operator', 'finance'];
    const person = { identityProvider: 'aad', userId: 'abc', userDetails: 'ada@example.org', userRoles };
    expect(await identify(principal(person))).toEqual({
      id: 'abc',
      name: 'ada@example.org',
      kind: 'person',
      roles: ['operator'],
      groups: ['finance'],
    });
  });

  it('knows a person and an application of App Service', async () => {
    const claims = [
      { typ: 'http://schemas.microsoft.com/identity/claims/objectidentifier', val: 'abc' },
      { typ: 'preferred_username', val: 'ada@example.org' },
      { typ: 'roles', val: 'approver' },
      { typ: 'groups', val: 'g1' },
    ];
    const person = { auth_typ: 'aad', name_typ: 'name', role_typ: 'roles', claims };
    expect(await identify(principal(person))).toEqual({
      id: 'abc',
      name: 'ada@example.org',
      kind: 'person',
      roles: ['approver'],
      groups: ['g1'],
    });
    const application = {
      auth_typ: 'aad',
      claims: [
        { typ: 'oid', val: 'app' },
        { typ: 'idtyp', val: 'app' },
      ],
    };
    expect(await identify(principal(application))).toMatchObject({ id: 'app', kind: 'application', roles: [] });
  });

  it('gives every signed-in person the roles of the setting, and nobody else', async () => {
    const withReaders = platformPrincipal(['reader']);
    const signedIn = { userId: 'abc', userDetails: 'ada', userRoles: ['anonymous', 'authenticated'] };
    expect((await withReaders(principal(signedIn)))?.roles).toEqual(['reader']);
    expect(await withReaders(principal({ userId: 'abc', userRoles: ['anonymous', 'operator'] }))).toBeUndefined();
    expect(await withReaders(headers({}))).toBeUndefined();
  });

  it.each(['', '!!', Buffer.from('{"a":1}').toString('base64'), Buffer.from('[]').toString('base64')])(
    'refuses the principal %j',
    async (text) => {
      await expect(identify(headers({ 'x-ms-client-principal': text }))).rejects.toMatchObject({
        code: 'TOKEN_INVALID',
        status: 401,
      });
    },
  );
});

describe('the owner of a local platform', () => {
  const identify = localToken({ token: TOKEN, user: 'ada' });
  const owner = {
    id: 'ada',
    name: 'ada',
    kind: 'local',
    roles: ['reader', 'operator', 'approver'],
    groups: 'everything',
  };

  it.each<[string, Record<string, string>]>([
    ['a bearer token', { authorization: `Bearer ${TOKEN}` }],
    ['a cookie', { cookie: `other=1; pipeline-x-token-4280=${TOKEN}` }],
    ['one of several cookies', { cookie: `pipeline-x-token-4281=another; pipeline-x-token-4280=${TOKEN}` }],
  ])('is known by %s', async (_name, values) => {
    expect(await identify(headers(values))).toEqual(owner);
  });

  it('narrows roles and groups as headers or cookies say', async () => {
    const authorization = `Bearer ${TOKEN}`;
    const asked = headers({ authorization, 'x-local-roles': 'reader, boss', 'x-local-groups': 'finance' });
    expect(await identify(asked)).toMatchObject({ roles: ['reader'], groups: ['finance'] });
    // A list that names nothing allows nothing; the page empties its cookies to show everything.
    for (const nothing of ['', ' ', ',']) {
      const asked = headers({ authorization, 'x-local-roles': nothing, 'x-local-groups': nothing });
      expect(await identify(asked)).toMatchObject({ roles: [], groups: [] });
    }
    const emptied = `pipeline-x-token-1=${TOKEN}; x-local-groups=; x-local-roles=`;
    expect(await identify(headers({ cookie: emptied }))).toEqual(owner);
    const cookie = `pipeline-x-token-1=${TOKEN}; x-local-roles=approver`;
    expect(await identify(headers({ cookie }))).toMatchObject({ roles: ['approver'], groups: 'everything' });
  });

  it('is not known without a token, and a wrong token is refused', async () => {
    expect(await identify(headers({ cookie: 'x-local-roles=operator' }))).toBeUndefined();
    for (const wrong of ['x', TOKEN.slice(1), `${TOKEN}x`]) {
      await expect(identify(headers({ authorization: `Bearer ${wrong}` }))).rejects.toMatchObject({
        code: 'TOKEN_INVALID',
      });
    }
  });
});

describe('the ways to know a caller', () => {
  const none: AccessConfig = { trustsPlatform: false, signedInRoles: [], allowedOrigins: [] };
  const forged = principal({ userId: 'abc', userDetails: 'ada', userRoles: ['authenticated', 'operator'] });

  it('know nobody when no way is configured, whatever the request says', async () => {
    expect(await createIdentity(none)(forged)).toBeUndefined();
    expect(await createIdentity(none)(headers({ authorization: `Bearer ${TOKEN}` }))).toBeUndefined();
  });

  it('let the members of one group read every document, and nobody else', async () => {
    const identify = createIdentity({ ...none, trustsPlatform: true, allDocumentsGroup: 'data' });
    const member = (group: string) => principal({ userId: 'abc', userRoles: ['authenticated', 'reader', group] });
    expect(await identify(member('data'))).toMatchObject({ groups: 'everything' });
    expect(await identify(member('finance'))).toMatchObject({ groups: ['finance'] });
  });

  it('know a caller without an identity only as the settings say', async () => {
    const anonymous = createIdentity({ ...none, anonymousRoles: ['reader'] });
    expect(await anonymous(headers({}))).toMatchObject({ kind: 'anonymous', roles: ['reader'], groups: [] });
    expect(await anonymous(forged)).toMatchObject({ kind: 'anonymous', roles: ['reader'] });
  });
});
