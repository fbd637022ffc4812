import type { DataContract } from '../contract/contract';
import type { Lakehouse } from '../lake/lakehouse';
import { readManifests, type PartManifest } from '../lake/partManifest';
import type { RunKey } from '../runs/runKey';
import { findRepeatedValues } from './findRepeatedValues';
import { verdictOf, type Verdict, type VerdictRule } from './verdict';

/**
 * Judges all parts of a run against the contract. Bad data is a verdict, never thrown; thrown is only what keeps it from
 * judging (LAKE_PART_MISSING, RUN_STAGING_GONE, a broken store).
 */
export async function judgeRun(lakehouse: Lakehouse, key: RunKey): Promise<Verdict> {
  const { plan, manifests } = await readManifests(lakehouse, key);
  return verdictOf([
    ...countRules(plan.contract, plan.records, manifests),
    ...(await repetitionRules(lakehouse, plan.contract, manifests)),
  ]);
}

function countRules(contract: DataContract, records: number, manifests: PartManifest[]): VerdictRule[] {
  const rows = manifests.reduce((sum, part) => sum + part.rows, 0);
  const rejected = manifests.reduce((sum, part) => sum + part.rejected, 0);
  const share = records === 0 ? 0 : rejected / records;
  const limit = contract.quality.maxRejectShare;
  return [
    {
      rule: 'every record is a row or rejected',
      expected: `${records} records`,
      observed: `${rows} rows and ${rejected} rejected`,
      passed: rows + rejected === records,
    },
    { rule: 'at least one row', expected: 'at least 1', observed: `${rows}`, passed: rows > 0 },
    {
      rule: 'share of rejected records',
      expected: `at most ${limit}`,
      observed: `${Number(share.toPrecision(4))} (${rejected} of ${records})`,
      passed: share <= limit,
    },
  ];
}

async function repetitionRules(
  lakehouse: Lakehouse,
  contract: DataContract,
  manifests: PartManifest[],
): Promise<VerdictRule[]> {
  const columns = contract.columns.filter((column) => column.primaryKey || column.unique);
  const files = manifests.flatMap((part) => (part.keys === null ? [] : [part.keys]));
  const repeated = await findRepeatedValues(
    lakehouse,
    files,
    columns.map((column) => column.name),
  );
  return columns.map((column, index) => {
    const { count, examples } = repeated[index] ?? { count: 0, examples: [] };
    return {
      rule: `${column.name} stands once over all parts`,
      expected: '0 repeated values',
      observed: count === 0 ? '0' : `${count}, e.g. ${examples.join(', ')}`,
      passed: count === 0,
    };
  });
}
