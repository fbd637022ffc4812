import { isDeepStrictEqual } from 'node:util';
import type { DataContract } from './contract';

/** What differs between two versions of a contract, by name. All empty: only comments or layout differ. */
export interface ContractChanges {
  columnsAdded: string[];
  columnsRemoved: string[];
  /** Columns that both have, with other properties. */
  columnsChanged: string[];
  /** Properties outside the columns, such as `quality.maxRejectShare`. */
  properties: string[];
}

/** How `after` differs from `before`; version and text are not compared. */
export function compareContracts(before: DataContract, after: DataContract): ContractChanges {
  const [old, now] = [before, after].map(({ columns }) => new Map(columns.map((column) => [column.name, column]))) as [
    Map<string, unknown>,
    Map<string, unknown>,
  ];
  const [oldProperties, properties] = [propertiesOf(before), propertiesOf(after)];
  return {
    columnsAdded: [...now.keys()].filter((name) => !old.has(name)),
    columnsRemoved: [...old.keys()].filter((name) => !now.has(name)),
    columnsChanged: [...now.keys()].filter((name) => old.has(name) && !isDeepStrictEqual(old.get(name), now.get(name))),
    properties: [...new Set([...oldProperties.keys(), ...properties.keys()])]
      .filter((name) => !isDeepStrictEqual(oldProperties.get(name), properties.get(name)))
      .sort(),
  };
}

/** All properties outside the columns; those of a group of properties under `group.name`. */
function propertiesOf({
  dataset: _,
  version: __,
  origin: ___,
  columns: ____,
  ...rest
}: DataContract): Map<string, unknown> {
  const entries = Object.entries(rest).flatMap(([name, value]): [string, unknown][] =>
    typeof value === 'object' && value !== null
      ? Object.entries(value).map(([inner, value]): [string, unknown] => [`${name}.${inner}`, value])
      : [[name, value]],
  );
  return new Map(entries.filter(([, value]) => value !== undefined));
}
