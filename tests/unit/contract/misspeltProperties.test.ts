import { readContract, readContractWithNotes } from '../../../lib/contract/reading/readContract';
import type { FaultList } from '../../../lib/problems/problem';
import { contractText } from '../../support/lake';

const withColumnProperty = (property: string, value: string) =>
  contractText().replace(
    'customProperties: [{"',
    `      - {name: readers, logicalType: string, customProperties: [{property: '${property}', value: ${value}}]}\ncustomProperties: [{"`,
  );
const faultsOf = (text: string): unknown[] => {
  try {
    readContract(text, 'notes.yaml');
    return [];
  } catch (error) {
    return (error as FaultList).faults.map(({ found, expected, where }) => [found, expected, where?.field]);
  }
};

test.each(['Role', 'ROLE', 'roles', 'rôle', 'r-o-l-e', ' role'])(
  'a column with %j: access is refused, because without the role every reader would get its documents',
  (property) => {
    const field = 'schema[0].properties[5].customProperties[0].property';
    expect(faultsOf(withColumnProperty(property, 'access'))).toEqual([
      [property, 'role, or a name that is not similar', field],
    ]);
  },
);

test.each([
  ['emptyisnull', 'emptyIsNull'],
  ['max_reject_share', 'maxRejectShare'],
  ['Glob', 'glob'],
])('the property %s of a contract is refused', (property, known) => {
  expect(faultsOf(contractText({ custom: { [property]: 1 } }))).toEqual([
    [property, `${known}, or a name that is not similar`, 'customProperties[1].property'],
  ]);
});

test('another similar name may be a property of another tool: it is a remark', () => {
  const similar = contractText({ custom: { encodng: 'utf-8', quota: 7 } });
  expect(readContractWithNotes(similar, 'notes.yaml').remarks).toEqual([
    'The custom property encodng has no effect; did you mean encoding?',
    'The custom property quota has no effect; did you mean quote?',
  ]);
  expect(readContractWithNotes(withColumnProperty('rule', 'anything'), 'notes.yaml').remarks).toHaveLength(1);
});

test('a name that is not similar is accepted without a remark', () => {
  expect(readContractWithNotes(contractText({ custom: { owner: 'us' } }), 'notes.yaml').remarks).toEqual([]);
  expect(readContractWithNotes(withColumnProperty('classification', 'access'), 'notes.yaml').remarks).toEqual([]);
});
