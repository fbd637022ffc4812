import type { ContractColumn, DataContract } from '../contract/contract';
import type { Problem } from '../problems/problem';
import { nearestName } from '../problems/nearestName';

const OTHER_DELIMITERS = [',', ';', '\t', '|'];

/**
 * Maps the names of a header to the contract's columns by name, in any order. `columns` holds, for each field, the index of
 * the contract's column; it is complete only when there are no faults. A column that is not required may be absent: it may
 * have been added to the contract later.
 */
export function checkColumns(
  names: string[],
  contract: DataContract,
  place: { file: string; line: number },
): { columns: number[]; faults: Problem[] } {
  const wanted = contract.columns.map((column) => column.header ?? column.name);
  const faults: Problem[] = [];
  const columns: number[] = [];
  const seen = new Map<string, number>();
  const unknown: string[] = [];
  names.forEach((name, position) => {
    const first = seen.get(name);
    if (first !== undefined) {
      faults.push({
        code: 'CSV_HEADER_REPEATED_COLUMN',
        message: `The header has the column ${first + 1 === position ? 'twice' : 'more than once'}.`,
        found: `"${name}" as column ${first + 1} and column ${position + 1}`,
        expected: 'each column once',
        where: { ...place, column: name },
        remedy: 'Remove or rename one of them.',
      });
      return;
    }
    seen.set(name, position);
    const index = wanted.indexOf(name);
    if (index >= 0) columns.push(index);
    else unknown.push(name);
  });
  const missing = contract.columns.filter((column) => !seen.has(column.header ?? column.name));
  const delimiter = otherDelimiter(names, wanted, contract.source.delimiter);
  if (delimiter !== undefined) {
    return {
      columns: [],
      faults: [
        {
          code: 'CSV_DELIMITER_MISMATCH',
          message: 'The delimiter of the file differs from the contract.',
          found: JSON.stringify(delimiter),
          expected: JSON.stringify(contract.source.delimiter),
          where: place,
          remedy: 'Write the file with the delimiter of the contract, or set `delimiter` in the contract.',
        },
      ],
    };
  }
  faults.push(...missingAndUnknown(missing, unknown, names, place));
  return { columns: columns.length === names.length || faults.length > 0 ? columns : [], faults };
}

function missingAndUnknown(
  missing: ContractColumn[],
  unknown: string[],
  names: string[],
  place: { file: string; line: number },
): Problem[] {
  const faults: Problem[] = [];
  const left = new Set(unknown);
  for (const column of missing) {
    const name = column.header ?? column.name;
    const renamed = nearestName(name, [...left]);
    if (renamed !== undefined) {
      left.delete(renamed);
      faults.push({
        code: 'CSV_HEADER_RENAMED_COLUMN',
        message: `A column of the contract is missing, and the file has one with a similar name. Did you mean "${name}"?`,
        found: `"${renamed}"`,
        expected: `"${name}"`,
        where: { ...place, column: name },
        remedy: 'Rename the column in the file, or set physicalName in the contract.',
      });
    } else if (column.required) {
      faults.push({
        code: 'CSV_HEADER_MISSING_COLUMN',
        message: 'A column of the contract is missing.',
        found: names
          .map((found) => `"${found.slice(0, 100)}"`)
          .join(', ')
          .slice(0, 500),
        expected: `"${name}"`,
        where: { ...place, column: name },
        remedy: 'Add the column to the file. Only columns that are not required may be absent.',
      });
    }
  }
  for (const name of left) {
    faults.push({
      code: 'CSV_HEADER_UNKNOWN_COLUMN',
      message: 'The contract does not have this column.',
      found: `"${name.slice(0, 200)}"`,
      expected: 'only the columns of the contract',
      where: { ...place, column: name.slice(0, 200) },
      remedy: 'Remove the column from the file, or add it to the contract.',
    });
  }
  return faults;
}

/** A delimiter that would split a one-column header into the contract's columns. */
function otherDelimiter(names: string[], wanted: string[], delimiter: string): string | undefined {
  if (names.length !== 1 || wanted.length < 2) return undefined;
  return OTHER_DELIMITERS.filter((candidate) => candidate !== delimiter).find((candidate) => {
    const fields = (names[0] ?? '').split(candidate).map((name) => name.replaceAll('"', ''));
    return fields.filter((name) => wanted.includes(name)).length >= Math.ceil(wanted.length / 2);
  });
}
