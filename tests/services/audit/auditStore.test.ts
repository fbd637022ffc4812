import { createAuditStore, type AuditStore } from '../../../lib/audit/auditStore';
import { auditing } from '../../../functions/http/auditing';
import { migrate } from '../../../lib/database/migrate';
import { createPostgres } from '../../../lib/database/postgres';
import type { Database } from '../../../lib/database/database';
import { PipelineError } from '../../../lib/problems/problem';
import { createTestDatabase, type TestDatabase } from '../../support/servers';

let test: TestDatabase;
let database: Database;
let audit: AuditStore;
beforeAll(async () => {
  test = await createTestDatabase();
  database = createPostgres(test.url);
  await migrate(database);
  audit = createAuditStore(database);
});
afterAll(async () => {
  await database.close();
  await test.drop();
});

const caller = { id: 'abc', name: 'ada', kind: 'person' as const, roles: ['operator' as const], groups: [] };
const request = (subject: string) => ({
  caller,
  action: 'startRun',
  subject,
  details: { a: 1 },
  requestId: 'request-1',
});
const logged: string[] = [];
const attempt = (subject: string, change: () => Promise<unknown>): Promise<unknown> =>
  auditing({ audit }, request(subject), (line) => logged.push(line), change).catch((error: unknown) => error);

it('records who changed what, when, and how it ended', async () => {
  await attempt('runs/done', async () => undefined);
  await attempt('runs/refused', () => Promise.reject(new PipelineError('RUN_UNDER_WAY', 'It is under way.')));
  await attempt('runs/failed', () => Promise.reject(new Error('broken')));
  const { records } = await audit.list({ limit: 10 });
  expect(records.map(({ subject, outcome, code }) => [subject, outcome, code])).toEqual([
    ['runs/failed', 'failed', 'INTERNAL'],
    ['runs/refused', 'refused', 'RUN_UNDER_WAY'],
    ['runs/done', 'done', null],
  ]);
  expect(records[2]).toMatchObject({
    caller: { id: 'abc', name: 'ada', kind: 'person', roles: ['operator'] },
    action: 'startRun',
    details: { a: 1 },
    requestId: 'request-1',
  });
});

it('makes no change whose record cannot be written', async () => {
  let isChanged = false;
  const broken = { ...audit, begin: () => Promise.reject(new Error('no database')) };
  await expect(
    auditing(
      { audit: broken },
      request('runs/x'),
      () => undefined,
      async () => void (isChanged = true),
    ),
  ).rejects.toThrow('no database');
  expect(isChanged).toBe(false);
});

it('returns the result of a change whose record cannot be completed', async () => {
  const broken = { ...audit, finish: () => Promise.reject(new Error('gone')) };
  const lines: string[] = [];
  expect(
    await auditing(
      { audit: broken },
      request('runs/y'),
      (line) => lines.push(line),
      async () => 7,
    ),
  ).toBe(7);
  expect(lines).toEqual([expect.stringContaining('was not completed')]);
});

it('lists page by page and refuses a cursor that it did not return', async () => {
  const first = await audit.list({ limit: 2 });
  expect(first.records).toHaveLength(2);
  const second = await audit.list({ limit: 100, cursor: first.nextCursor ?? '' });
  expect(second.nextCursor).toBeNull();
  // More than nine: ids in the order of numbers, not of their text.
  for (let index = 0; index < 9; index += 1) await audit.begin(request(`runs/${index}`));
  const ids = (await audit.list({ limit: 100 })).records.map(({ id }) => Number(id));
  expect(ids).toEqual([...ids].sort((one, other) => other - one));
  expect(new Set([...first.records, ...second.records].map(({ id }) => id)).size).toBe(
    first.records.length + second.records.length,
  );
  const forged = Buffer.from('["1; drop table runs"]').toString('base64url');
  await expect(audit.list({ limit: 2, cursor: forged })).rejects.toMatchObject({ code: 'CURSOR_INVALID' });
});
