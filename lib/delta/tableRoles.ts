import type { ColumnRoles } from '../contract/contract';
import { DERIVED_ID } from '../contract/key';
import type { MetaData } from './deltaActions';

/** Our properties in the table's `metaData.configuration`: role to column, and the columns of the id, as JSON. */
const ROLES = 'pipelinex.roles';
const ID_COLUMNS = 'pipelinex.idColumns';

type Properties = MetaData['configuration'];

/** The column of each role, as stored by the newest commit. Undefined for older tables, which do not store it. */
export function rolesOfTable(properties: Properties): ColumnRoles | undefined {
  return parsed<ColumnRoles>(properties[ROLES]);
}

/**
 * The columns of which the ids of the table's documents are made, in their order; empty: a hash of the row. Undefined for a
 * table that does not say, as tables with a derived key did before this was stored.
 */
export function idColumnsOfTable(properties: Properties): string[] | undefined {
  const stored = parsed<string[]>(properties[ID_COLUMNS]);
  if (stored !== undefined) return stored;
  const id = rolesOfTable(properties)?.id;
  return id === undefined || id === DERIVED_ID ? undefined : [id];
}

/** The properties with these roles, or `properties` itself when it has them. Other properties stay as they are. */
export function withRoles(properties: Properties, roles: ColumnRoles): Properties {
  return withProperty(properties, ROLES, JSON.stringify(roles));
}

/** The same for the columns of the id. */
export function withIdColumns(properties: Properties, columns: readonly string[]): Properties {
  return withProperty(properties, ID_COLUMNS, JSON.stringify(columns));
}

/** The properties with the roles and the columns of the id that another version of the table has, or without those it lacks. */
export function withRolesOf(properties: Properties, other: Properties): Properties {
  return [ROLES, ID_COLUMNS].reduce((all, name) => withProperty(all, name, other[name]), properties);
}

function withProperty(properties: Properties, name: string, value: string | undefined): Properties {
  const { [name]: own, ...others } = properties;
  if (own === value) return properties;
  return value === undefined ? others : { ...others, [name]: value };
}

/** Undefined when the property is absent, or was changed by another writer; the next commit writes it again. */
function parsed<Value>(text: string | undefined): Value | undefined {
  try {
    return JSON.parse(text ?? '') as Value;
  } catch {
    return undefined;
  }
}
