import type { DataContract } from '../contract/contract';
import { dialectOf } from '../csv/dialect';
import { fieldText, fieldsOf } from '../csv/recordFields';
import { allowedGroupsOf } from '../documents/documentAccess';

/** Who may read the rejected records of a dataset with limited access. */
export interface RecordAccess {
  /** Column of the groups. */
  column: string;
  /** Groups of a record, from its text as CSV; none when it does not have as many fields as the header. */
  groupsOf: (record: string) => string[];
}

/** Undefined when the contract does not limit access. `columns`: for each field, index of the contract's column. */
export function recordAccess(contract: DataContract, columns: readonly number[]): RecordAccess | undefined {
  const { access: column } = contract.roles;
  const access = contract.columns.findIndex(({ name }) => name === column);
  if (column === undefined || access < 0) return undefined;
  const dialect = dialectOf(contract.source);
  const groupsOf = (record: string): string[] => {
    const bytes = Buffer.from(record);
    const fields = fieldsOf(bytes, 0, bytes.length, dialect);
    const field = fields[columns.indexOf(access)];
    if (fields.length !== columns.length || field === undefined) return [];
    const text = fieldText(bytes, field, dialect);
    return allowedGroupsOf(!field.quoted && text === contract.source.nullText ? null : text);
  };
  return { column, groupsOf };
}
