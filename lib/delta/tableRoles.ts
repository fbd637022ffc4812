import type { ColumnRoles } from '../contract/contract';
import type { MetaData } from './deltaActions';

/** A property of the table (`metaData.configuration`), beside those of other writers: role to column, as JSON. */
const PROPERTY = 'pipelinex.roles';

type Properties = MetaData['configuration'];

/** Which column plays which role, as the newest commit wrote it down. Undefined for a table from before commits did so. */
export function rolesOfTable(properties: Properties): ColumnRoles | undefined {
  try {
    return JSON.parse(properties[PROPERTY] ?? '') as ColumnRoles;
  } catch {
    // Absent, or changed by another writer: the next commit writes it again.
    return undefined;
  }
}

/** The properties with these roles, or `properties` itself when it has them. Other properties stay as they are. */
export function withRoles(properties: Properties, roles: ColumnRoles): Properties {
  const text = JSON.stringify(roles);
  return properties[PROPERTY] === text ? properties : { ...properties, [PROPERTY]: text };
}

/** The properties with the roles that another version of the table has, or with none when that has none. */
export function withRolesOf(properties: Properties, other: Properties): Properties {
  const { [PROPERTY]: own, ...others } = properties;
  const text = other[PROPERTY];
  if (own === text) return properties;
  return text === undefined ? others : { ...others, [PROPERTY]: text };
}
