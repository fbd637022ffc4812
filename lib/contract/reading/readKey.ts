import { DERIVED_ID, type KeyOptions } from '../key';
import type { ContractFault } from './contractFault';
import type { SourceProperties } from './contractShape';
import type { RoleCandidate } from './readRoles';

/** Where custom properties are in the YAML. */
type PathOf = (property: string) => PropertyKey[];

/**
 * The columns of a derived key: several primary keys in their order, or none for a hash of the row (`key: rowHash`).
 * Undefined when one column is the key.
 */
export function readDerivedKey(
  columns: RoleCandidate[],
  key: unknown,
  faults: ContractFault[],
  pathOf: PathOf,
): string[] | undefined {
  const path = (index: number, name: string) => ['schema', 0, 'properties', index, name];
  const keys = columns.flatMap((column, index) => (column.primaryKey ? [{ ...column, index }] : []));
  const isRowHash = key === 'rowHash';
  const id = columns.findIndex(({ customProperties }) =>
    customProperties.some(({ property, value }) => property === 'role' && value === 'id'),
  );
  if (!isRowHash && (keys.length < 2 || id >= 0)) return undefined;
  if (isRowHash && (keys.length > 0 || id >= 0)) {
    faults.push({
      path: pathOf('key'),
      message: 'The key is a hash of the row, and a column is a key too.',
      found: columns[keys[0]?.index ?? id]?.name,
      expected: 'no primary key and no role id, or no property `key`',
    });
  }
  const positions = new Map<number, string>();
  for (const { name, index, primaryKeyPosition: position } of keys) {
    if (position === undefined) continue;
    const first = positions.get(position);
    if (first === undefined) positions.set(position, name);
    else {
      const message = `${first} has the same primaryKeyPosition: the order of the key's columns is part of each id.`;
      faults.push({ path: path(index, 'primaryKeyPosition'), message, found: `${position}` });
    }
  }
  const taken = columns.findIndex(({ name }) => name.toLowerCase() === DERIVED_ID);
  if (taken >= 0) {
    faults.push({
      path: path(taken, 'name'),
      message: 'The name is reserved for the id that is derived from the key.',
      found: columns[taken]?.name,
      expected: `a name other than ${DERIVED_ID}`,
    });
  }
  const place = ({ primaryKeyPosition }: RoleCandidate) => primaryKeyPosition ?? Infinity;
  return keys.sort((one, other) => place(one) - place(other) || one.index - other.index).map(({ name }) => name);
}

/** The key with its policy for repetitions; undefined when neither is given. */
export function readKey(
  derivedFrom: string[] | undefined,
  repeatedKeys: SourceProperties['repeatedKeys'],
  columns: RoleCandidate[],
  faults: ContractFault[],
  pathOf: PathOf,
): KeyOptions | undefined {
  const keep = keptRecord(repeatedKeys);
  if (keep?.record === 'last' && !columns.some(({ name }) => name === keep.by)) {
    faults.push({
      path: [...pathOf('repeatedKeys'), 'keepLastBy'],
      message: 'The contract does not have this column.',
      found: keep.by,
      expected: columns.map(({ name }) => name).join(', '),
    });
  }
  if (derivedFrom === undefined && keep === undefined) return undefined;
  return { ...(derivedFrom === undefined ? {} : { derivedFrom }), ...(keep === undefined ? {} : { keep }) };
}

function keptRecord(policy: SourceProperties['repeatedKeys']): KeyOptions['keep'] {
  if (policy === undefined || policy === 'reject') return undefined;
  return policy === 'keepFirst' ? { record: 'first' } : { record: 'last', by: policy.keepLastBy };
}
