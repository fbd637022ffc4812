import type { LogicalType } from '../contract';
import { fieldsOf } from '../standard/shapes';
import type { ContractFault } from './contractFault';

const NAME = 'emptyIsNull';

/**
 * The customProperty `emptyIsNull` of a column; without it, of a string column `byDefault`. Undefined when neither says
 * something that differs from the default of the column's type.
 */
export function readEmptyIsNull(
  customProperties: unknown,
  logicalType: LogicalType,
  byDefault: boolean,
  index: number,
  faults: ContractFault[],
): boolean | undefined {
  const entries = Array.isArray(customProperties) ? customProperties.map(fieldsOf) : [];
  const position = entries.findIndex(({ property }) => property === NAME);
  const value = entries[position]?.['value'];
  if (position >= 0 && typeof value !== 'boolean') {
    const path = ['schema', 0, 'properties', index, 'customProperties', position, 'value'];
    faults.push({
      path,
      message: `${NAME} is not a truth value.`,
      found: JSON.stringify(value),
      expected: 'true or false',
    });
  }
  if (typeof value === 'boolean') return value;
  return logicalType === 'string' && byDefault ? true : undefined;
}
