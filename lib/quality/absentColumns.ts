import type { DataContract } from '../contract/contract';
import type { PlanHeader } from '../planning/plan';
import type { VerdictRule } from './verdict';

/** Columns that the rule names; the others are counted. */
const MOST_NAMED = 20;

/**
 * A warning when a file does not have a column of the contract, whose rows are then null. Planning has refused files without
 * a required column. No rule when all files have all columns.
 */
export function absentColumnsRule(
  { columns }: DataContract,
  { presence }: Pick<PlanHeader, 'presence'>,
): VerdictRule[] {
  if (presence === undefined) return [];
  const absent = columns.flatMap(({ name }, index) => {
    const files = presence.files - (presence.columns[index] ?? 0);
    return files === 0 ? [] : [`${name} (in ${files} of ${presence.files} files)`];
  });
  if (absent.length === 0) return [];
  const more = absent.length > MOST_NAMED ? `, and ${absent.length - MOST_NAMED} more` : '';
  return [
    {
      rule: 'every file has every column of the contract',
      severity: 'warning',
      expected: 'no absent column',
      observed: `absent: ${absent.slice(0, MOST_NAMED).join(', ')}${more}`,
      passed: false,
    },
  ];
}
