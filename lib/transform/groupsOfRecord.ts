import type { DataContract } from '../contract/contract';
import { dialectOf } from '../csv/dialect';
import { fieldText, fieldsOf } from '../csv/recordFields';
import { allowedGroupsOf } from '../documents/documentAccess';

/**
 * Returns the groups that may read a rejected record, from its text as CSV; none when it does not have as many fields
 * as the header. Undefined when the contract does not limit access. `columns`: for each field, index of the contract's column.
 */
export function groupsOfRecord(
  contract: DataContract,
  columns: readonly number[],
): ((record: string) => string[]) | undefined {
  const access = contract.columns.findIndex(({ name }) => name === contract.roles.access);
  if (access < 0) return undefined;
  const dialect = dialectOf(contract.source);
  return (record) => {
    const bytes = Buffer.from(record);
    const fields = fieldsOf(bytes, 0, bytes.length, dialect);
    const field = fields[columns.indexOf(access)];
    if (fields.length !== columns.length || field === undefined) return [];
    const text = fieldText(bytes, field, dialect);
    return allowedGroupsOf(!field.quoted && text === contract.source.nullText ? null : text);
  };
}
