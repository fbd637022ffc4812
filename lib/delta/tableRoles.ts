import type { ColumnRoles } from '../contract/contract';
import type { MetaData } from './deltaActions';

/** Our property in the table's `metaData.configuration`: role to column, as JSON. */
const PROPERTY = 'pipelinex.roles';

type Properties = MetaData['configuration'];

/** The column of each role, as stored by the newest commit. Undefined for older tables, which do not store it. */
export function rolesOfTable(properties: Properties): ColumnRoles | undefined {
  try {
    return JSON.parse(properties[PROPERTY] ?? '') as ColumnRoles;
  } catch {
    // The property is absent or was changed by another writer; the next commit writes it again.
    return undefined;
  }
}

/** The properties with these roles, or `properties` itself when it has them. Other properties stay as they are. */
export function withRoles(properties: Properties, roles: ColumnRoles): Properties {
  const text = JSON.stringify(roles);
  return properties[PROPERTY] === text ? properties : { ...properties, [PROPERTY]: text };
}

/** The properties with the roles that another version of the table has, or without roles when it has none. */
export function withRolesOf(properties: Properties, other: Properties): Properties {
  const { [PROPERTY]: own, ...others } = properties;
  const text = other[PROPERTY];
  if (own === text) return properties;
  return text === undefined ? others : { ...others, [PROPERTY]: text };
}
