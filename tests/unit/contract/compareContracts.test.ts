import { compareContracts } from '../../../lib/contract/compareContracts';
import type { DataContract } from '../../../lib/contract/contract';
import { readContract } from '../../../lib/contract/reading/readContract';
import { contractText } from '../../support/lake';

const REGION = '\n      - {name: region, logicalType: string}';
const BODY = '\n      - {name: body,';
const read = (change: (text: string) => string = (text) => text) =>
  readContract(change(contractText({ dataset: 'letters' })), 'letters.yaml');
const NOTHING = { columnsAdded: [], columnsRemoved: [], columnsChanged: [], properties: [] };

it('names added, removed and changed columns', () => {
  const withRegion = read((text) => text.replace(BODY, `${REGION}${BODY}`));
  const shorter = read((text) => text.replace('maxLength: 40', 'maxLength: 2'));
  expect(compareContracts(read(), withRegion)).toEqual({ ...NOTHING, columnsAdded: ['region'] });
  expect(compareContracts(withRegion, read())).toEqual({ ...NOTHING, columnsRemoved: ['region'] });
  expect(compareContracts(read(), shorter)).toEqual({ ...NOTHING, columnsChanged: ['title'] });
});

it('names properties outside the columns, and ignores version, comments and layout', () => {
  expect(compareContracts(read(), { ...read(), status: 'retired', description: 'New.' })).toEqual({
    ...NOTHING,
    properties: ['description', 'status'],
  });
  const contract = read();
  const stricter: DataContract = {
    ...contract,
    quality: { ...contract.quality, maxRejectShare: 0.01 },
    key: { keep: { record: 'first' } },
  };
  expect(compareContracts(contract, stricter).properties).toEqual(['key.keep', 'quality.maxRejectShare']);
  const edited = read((text) => `# A comment.\n${text.replace('version: 1.0.0', 'version: "2.0.0"')}`);
  expect(compareContracts(read(), edited)).toEqual(NOTHING);
});
