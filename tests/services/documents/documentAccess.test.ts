import type { ContractCatalog } from '../../../lib/contract/contractCatalog';
import { migrate } from '../../../lib/database/migrate';
import { createDocumentLookup } from '../../../lib/documents/currentDocuments';
import {
  allowedGroupsOf,
  createAccessFinder,
  mayRead,
  type DocumentAccess,
} from '../../../lib/documents/documentAccess';
import { listDocuments } from '../../../lib/documents/documentQueries';
import { loadDocuments } from '../../../lib/documents/loadDocuments';
import { batches, documentRow } from '../../support/documents';
import { createTestDatabase, type TestDatabase } from '../../support/servers';

test.each([
  [null, []],
  ['', []],
  [' ; ', []],
  ['finance', ['finance']],
  ['legal; finance ;legal', ['finance', 'legal']],
  ['a "b", \\c{d};*', ['*', 'a "b", \\c{d}']],
])('the groups of %j are %j', (value, groups) => {
  expect(allowedGroupsOf(value)).toEqual(groups);
});

const DOCUMENTS: { dataset: string; docId: string; allowedGroups: string[] | null; accessColumn?: string }[] = [
  { dataset: 'memos', docId: 'one group', allowedGroups: ['finance'] },
  { dataset: 'memos', docId: 'two groups', allowedGroups: ['legal', 'finance'] },
  { dataset: 'memos', docId: 'odd name', allowedGroups: ['a "b", \\c{d}'] },
  { dataset: 'memos', docId: 'every reader', allowedGroups: ['*'] },
  { dataset: 'memos', docId: 'nobody', allowedGroups: [] },
  { dataset: 'memos', docId: 'of the column', allowedGroups: ['finance'], accessColumn: 'readers' },
  { dataset: 'memos', docId: 'of another column', allowedGroups: ['finance', '*'], accessColumn: 'writers' },
  { dataset: 'memos', docId: 'loaded before the limit', allowedGroups: null },
  { dataset: 'letters', docId: 'without a limit', allowedGroups: null },
];
const datasets = { open: ['letters'], restricted: ['memos'], columns: { memos: 'readers' } };
const CALLERS: [string, DocumentAccess, string[]][] = [
  ['everything', 'everything', DOCUMENTS.map(({ docId }) => docId)],
  ['no group', { groups: [], datasets }, ['every reader', 'without a limit']],
  [
    'finance',
    { groups: ['finance'], datasets },
    ['one group', 'two groups', 'every reader', 'of the column', 'without a limit'],
  ],
  ['legal and another', { groups: ['legal', 'other'], datasets }, ['two groups', 'every reader', 'without a limit']],
  ['an odd name', { groups: ['a "b", \\c{d}'], datasets }, ['odd name', 'every reader', 'without a limit']],
  [
    'finance, without a limit in the contract any more',
    { groups: ['finance'], datasets: { open: ['letters', 'memos'], restricted: [], columns: {} } },
    [
      'one group',
      'two groups',
      'every reader',
      'of the column',
      'of another column',
      'loaded before the limit',
      'without a limit',
    ],
  ],
  [
    'finance, when the contracts are gone',
    { groups: ['finance'], datasets: { open: [], restricted: [], columns: {} } },
    ['one group', 'two groups', 'every reader', 'of the column', 'of another column'],
  ],
  [
    'finance, when the contract cannot be read',
    { groups: ['finance'], datasets: { open: ['letters'], restricted: ['memos'], columns: {} } },
    ['one group', 'two groups', 'every reader', 'of the column', 'of another column', 'without a limit'],
  ],
  [
    'finance, when the contract names the other column',
    { groups: ['finance'], datasets: { ...datasets, columns: { memos: 'writers' } } },
    ['one group', 'two groups', 'every reader', 'of another column', 'without a limit'],
  ],
];

describe.each(CALLERS)('a caller who may read: %s', (_name, access, expected) => {
  it('gets the same documents from the rule, from the listing and from the look-up', async () => {
    expect(DOCUMENTS.filter((one) => mayRead(access, one.dataset, { accessColumn: null, ...one })).map(idOf)).toEqual(
      expected,
    );
    const { documents } = await listDocuments(database.database, {}, access, { limit: 50 });
    expect(documents.map(idOf).sort()).toEqual([...expected].sort());
    const keys = DOCUMENTS.map(({ dataset, docId }) => ({ dataset, docId, contentHash: `hash of ${docId}` }));
    const lookup = createDocumentLookup(database.database);
    const found = await lookup.current(keys, access);
    expect(found.map(idOf).sort()).toEqual([...expected].sort());
    const visibleMemos = DOCUMENTS.some(({ dataset, docId }) => dataset === 'memos' && expected.includes(docId));
    expect(await lookup.exists({ dataset: 'memos', to: '2999-01-01' }, access)).toBe(visibleMemos);
    expect(await lookup.exists({ dataset: 'memos', from: '2999-01-01' }, access)).toBe(false);
  });
});

test('a newer version that is hidden does not bring back an older one', async () => {
  await loadDocuments(
    database.database,
    'run-2',
    batches([documentRow({ docId: 'every reader', dataset: 'memos', ingestDate: '2026-03-01', allowedGroups: [] })]),
  );
  const access = { groups: [], datasets };
  const { documents } = await listDocuments(database.database, {}, access, { limit: 50 });
  expect(documents.map(idOf)).toEqual(['without a limit']);
});

test('datasets are restricted whose contract has an access column or cannot be read', async () => {
  const columns = { id: 'id', title: 'title', text: 'text' };
  const contracts = {
    names: async () => ['broken', 'letters', 'memos'],
    get: async (dataset: string) => {
      if (dataset === 'broken') throw new Error('not YAML');
      return { roles: dataset === 'memos' ? { ...columns, access: 'groups' } : columns };
    },
  } as unknown as ContractCatalog;
  const findAccess = createAccessFinder(contracts);
  expect(await findAccess('everything')).toBe('everything');
  expect(await findAccess(['legal'])).toEqual({
    groups: ['legal'],
    datasets: { open: ['letters'], restricted: ['broken', 'memos'], columns: { memos: 'groups' } },
  });
});

test('a changed contract has an effect after a few seconds', async () => {
  let now = 0;
  let names = ['a'];
  const contracts = {
    names: async () => names,
    get: async () => ({ roles: { id: 'i', title: 't', text: 't', access: 'g' } }),
  } as unknown as ContractCatalog;
  const findAccess = createAccessFinder(contracts, () => now);
  expect(await findAccess([])).toMatchObject({ datasets: { restricted: ['a'] } });
  names = ['a', 'b'];
  now = 5001;
  expect(await findAccess([])).toMatchObject({ datasets: { restricted: ['a', 'b'] } });
});

const idOf = ({ docId }: { docId: string }): string => docId;

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
  await migrate(database.database);
  await loadDocuments(database.database, 'run-1', batches(DOCUMENTS.map((one) => documentRow(one))));
});
afterAll(() => database.drop());
