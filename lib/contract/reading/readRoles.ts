import type { ColumnRoles } from '../contract';
import { DERIVED_ID } from '../key';
import type { ContractFault } from './contractFault';
import { ROLE_NAMES, type RoleName } from './contractShape';

/** The fields of a column that roles depend on. The column may have other faults. */
export interface RoleCandidate {
  name: string;
  logicalType: string;
  primaryKey: boolean;
  primaryKeyPosition?: number;
  maxLength?: unknown;
  customProperties: { property?: unknown; value?: unknown }[];
}

/** Characters. SQL indexes the whole key. */
const LONGEST_KEY = 500;

/**
 * Reads which column has which role, from the properties' customProperties `{property: role, value: id}`. With a derived
 * key (`isDerived`), no column has the role id.
 */
export function readRoles(columns: RoleCandidate[], faults: ContractFault[], isDerived = false): ColumnRoles {
  const found = new Map<RoleName, number>();
  columns.forEach((column, index) => {
    column.customProperties.forEach((entry, position) => {
      if (entry.property !== 'role') return;
      const path = ['schema', 0, 'properties', index, 'customProperties', position, 'value'];
      const role = ROLE_NAMES.find((name) => name === entry.value);
      if (role === undefined) {
        faults.push({
          path,
          message: 'Unknown role.',
          found: JSON.stringify(entry.value),
          expected: ROLE_NAMES.join(', '),
        });
      } else if (found.has(role)) {
        faults.push({ path, message: `Two columns have the role ${role}.`, found: column.name });
      } else {
        found.set(role, index);
      }
    });
  });
  for (const role of ['id', 'title', 'text'] as const) {
    if (!found.has(role) && !(role === 'id' && isDerived)) {
      faults.push({
        path: ['schema', 0, 'properties'],
        message: `No column has the role ${role}.`,
        expected:
          `customProperties: [{property: role, value: ${role}}] on one property` +
          (role === 'id' ? ', or several primary keys, or the property `key: rowHash` of the contract' : ''),
      });
    }
  }
  const keys = columns.flatMap((column, index) => (column.primaryKey ? [index] : []));
  const id = found.get('id');
  if (id !== undefined && !isDerived && (keys.length !== 1 || keys[0] !== id)) {
    faults.push({
      path: ['schema', 0, 'properties', id, 'primaryKey'],
      message:
        'The column with the role id must be the only primary key: it links the lake, SQL and vectors. A key of several columns has no column with the role id.',
      found: keys.length === 0 ? 'no primary key' : keys.map((index) => columns[index]?.name).join(', '),
      expected: columns[id]?.name,
    });
  }
  const key = id === undefined ? undefined : columns[id];
  const isBounded = key?.logicalType !== 'string' || Number(key.maxLength) <= LONGEST_KEY;
  if (key !== undefined && id === found.get('text') && !isBounded) {
    faults.push({
      path: ['schema', 0, 'properties', id ?? 0],
      message: 'One column has the roles id and text, but its length is not limited enough for a key.',
      expected: `two columns, or logicalTypeOptions: {maxLength: ${LONGEST_KEY}} or less`,
    });
  }
  const access = columns[found.get('access') ?? -1];
  if (access !== undefined && access.logicalType !== 'string') {
    faults.push({
      path: ['schema', 0, 'properties', found.get('access') ?? 0, 'logicalType'],
      message: 'The column with the role access holds names of groups.',
      found: access.logicalType,
      expected: 'string',
    });
  }
  const nameOf = (role: RoleName) => {
    const index = found.get(role);
    return index === undefined ? undefined : columns[index]?.name;
  };
  const optional = Object.fromEntries(
    (['author', 'date', 'category', 'access'] as const).flatMap((role) => {
      const name = nameOf(role);
      return name === undefined ? [] : [[role, name]];
    }),
  );
  return {
    id: isDerived ? DERIVED_ID : (nameOf('id') ?? ''),
    title: nameOf('title') ?? '',
    text: nameOf('text') ?? '',
    ...optional,
  };
}
