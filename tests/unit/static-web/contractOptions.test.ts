import type { ContractVersion } from '../../../lib/api/contracts';
import { contractOptions } from '../../../static-web/src/contractOptions';

const version: ContractVersion = {
  version: '1.0.0',
  hash: 'aa',
  isCurrent: false,
  firstUsedAt: '2026-01-02T03:04:05Z',
  partitions: { count: 1, first: '2026-01-01', last: '2026-01-01' },
  changes: null,
};
const current: ContractVersion = { ...version, version: '1.1.0', hash: 'bb', isCurrent: true };

it('offers nothing where the dataset has one version', () => {
  expect(contractOptions([])).toEqual([]);
  expect(contractOptions([current])).toEqual([]);
});

it('offers the current contract first, and the earlier ones by their hashes', () => {
  expect(contractOptions([current, version], 'aa')).toEqual([
    { value: '', text: 'current contract, 1.1.0' },
    { value: 'aa', text: '1.0.0, from 2 Jan 2026, as this run' },
  ]);
  expect(contractOptions([current, version], 'bb')[0]?.text).toBe('current contract, 1.1.0, as this run');
  expect(contractOptions([version])[0]).toEqual({ value: '', text: 'current contract (not valid)' });
});

it.each([
  [{ columnsAdded: [], columnsRemoved: [], columnsChanged: [], properties: [] }, 'comments only'],
  [
    { columnsAdded: ['region'], columnsRemoved: ['place'], columnsChanged: ['n'], properties: [] },
    '+region, -place, n',
  ],
  [
    { columnsAdded: ['a', 'b'], columnsRemoved: [], columnsChanged: ['c'], properties: ['status', 'key.keep'] },
    '+a, +b, c and 2 others',
  ],
])('says what a version changed: %j', (changes, text) => {
  expect(contractOptions([current, { ...version, changes }])[1]?.text).toBe(`1.0.0, from 2 Jan 2026 (${text})`);
});
