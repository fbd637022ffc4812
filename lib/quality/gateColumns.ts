import type { DataContract } from '../contract/contract';
import { storedColumns, uniqueColumns } from '../contract/key';
import type { Measure } from '../contract/qualityRule';

/**
 * Columns that the gate reads of every row, in the contract's order. The transform writes them to a separate file for each
 * part, so that the gate does not read the parts.
 */
export function gateColumns(contract: DataContract): string[] {
  const { key } = contract;
  const named = new Set([
    ...contract.quality.rules.flatMap(({ measure }) => columnsRead(measure)),
    ...uniqueColumns(contract).map(({ name }) => name),
    ...(key?.keep?.record === 'last' ? [key.keep.by] : []),
  ]);
  return storedColumns(contract).flatMap(({ name }) => (named.has(name) ? [name] : []));
}

/** Columns whose values a measure reads; none when the statistics of the parts suffice. */
export function columnsRead(measure: Measure): string[] {
  switch (measure.metric) {
    case 'rowCount':
    case 'nullValues':
      return [];
    case 'missingValues':
    case 'invalidValues':
    case 'freshness':
      return [measure.column];
    case 'duplicateValues':
    case 'sql':
      return measure.columns;
  }
}
