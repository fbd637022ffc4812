import type { DataContract } from '../contract/contract';
import { uniqueColumns, type UniqueColumn } from '../contract/key';
import type { Lakehouse } from '../lakehouse/lakehouse';
import { droppedRecords, readManifests, type PartManifest } from '../staging/partManifest';
import { readPlan } from '../planning/readPlan';
import { readIgnored } from '../staging/ignoredFiles';
import { contractOfRun } from '../staging/runContract';
import type { IgnoredFiles } from '../runs/ignoredFiles';
import type { RunKey } from '../runs/runKey';
import { absentColumnsRule } from './absentColumns';
import { findRepeatedValues } from './findRepeatedValues';
import { columnsRead } from './gateColumns';
import { measureRule, type RunCounts } from './measureRule';
import { withStagedRows, type StagedRows } from './stagedRows';
import { withinTimeLimit } from './ruleTimeLimit';
import { verdictOf, type Verdict, type VerdictRule } from './verdict';

const DEFAULT_TIMEOUT_IN_SECONDS = 300;

/**
 * Evaluates the rows of all parts of a run, which would be committed, against the contract; rejected records count by their
 * share. Bad data gives a verdict and is never thrown. Throws only what prevents the evaluation: LAKE_PART_MISSING,
 * LAKE_FILE_BROKEN, RUN_STAGING_GONE, DUCKDB_OUT_OF_MEMORY, QUALITY_RULE_TIMEOUT, an error of the store, or the reason of `cancelled`.
 */
export async function evaluateRun(lakehouse: Lakehouse, key: RunKey, cancelled?: AbortSignal): Promise<Verdict> {
  const [plan, contract, ignored] = await Promise.all([
    readPlan(lakehouse, key),
    contractOfRun(lakehouse, key),
    readIgnored(lakehouse, key),
  ]);
  const manifests = await readManifests(lakehouse, key, plan.ranges);
  const files = manifests.flatMap((part) => (part.keys === null ? [] : [part.keys]));
  // Within one part the transform has already rejected repeated values.
  const unique = files.length < 2 ? [] : uniqueColumns(contract);
  const counts = countsOf(manifests, key);
  const limit = {
    seconds: lakehouse.qualityRuleTimeoutInSeconds ?? DEFAULT_TIMEOUT_IN_SECONDS,
    setting: 'QUALITY_RULE_TIMEOUT_SECONDS',
    ...(cancelled ? { cancelled } : {}),
  };
  const evaluate = async (rows: () => StagedRows): Promise<VerdictRule[]> => {
    const evaluated: VerdictRule[] = [];
    for (const column of unique) evaluated.push(await repetitionRule(rows(), column));
    for (const rule of contract.quality.rules) {
      const measure = (): Promise<VerdictRule> => measureRule(rule, contract, counts, rows);
      evaluated.push(
        needsTimeLimit(rule.measure) ? await withinTimeLimit(rows().duckDb, rule, limit, measure) : await measure(),
      );
    }
    return evaluated;
  };
  const readsRows = unique.length > 0 || contract.quality.rules.some(({ measure }) => readsValues(measure));
  const evaluated = readsRows
    ? await withStagedRows(lakehouse, contract, key, files, limit, (rows) => evaluate(() => rows))
    : await evaluate(() => {
        throw new Error('a rule reads rows that were not staged');
      });
  return verdictOf([
    ...countRules(contract, plan.records, manifests),
    ...ignoredRule(contract, ignored),
    ...absentColumnsRule(contract, plan),
    ...evaluated,
  ]);
}

function readsValues(measure: Parameters<typeof columnsRead>[0]): boolean {
  return measure.metric === 'sql' || columnsRead(measure).length > 0;
}

/** A query of the contract has its own. */
function needsTimeLimit(measure: Parameters<typeof columnsRead>[0]): boolean {
  return measure.metric !== 'sql' && readsValues(measure);
}

function countsOf(manifests: PartManifest[], { date }: RunKey): RunCounts {
  const parts = manifests.filter(({ add }) => add !== null);
  return {
    rows: manifests.reduce((sum, part) => sum + part.rows, 0),
    nulls: (column) =>
      parts.reduce<number | undefined>((sum, { nullCount }) => {
        const count = nullCount?.[column];
        return sum === undefined || count === undefined ? undefined : sum + count;
      }, 0),
    date,
  };
}

function countRules(contract: DataContract, records: number, manifests: PartManifest[]): VerdictRule[] {
  const rows = manifests.reduce((sum, part) => sum + part.rows, 0);
  const rejected = manifests.reduce((sum, part) => sum + part.rejected, 0);
  const dropped = manifests.reduce((sum, part) => sum + droppedRecords(part), 0);
  const share = records === 0 ? 0 : rejected / records;
  const limit = contract.quality.maxRejectShare;
  return [
    {
      rule: 'every record is a row or rejected',
      severity: 'error',
      expected: `${records} records`,
      observed:
        dropped === 0
          ? `${rows} rows and ${rejected} rejected`
          : `${rows} rows, ${rejected} rejected and ${dropped} dropped, of whose keys another record is kept`,
      passed: rows + rejected + dropped === records,
      isBinding: true,
    },
    {
      rule: 'at least one row',
      severity: 'error',
      expected: 'at least 1',
      observed: `${rows}`,
      // Files without records are a fault; a SQL source may have no new rows.
      passed: rows > 0 || (records === 0 && contract.source.sqlSource !== undefined),
    },
    {
      rule: 'share of rejected records',
      severity: 'error',
      expected: `at most ${limit}`,
      observed: `${Number(share.toPrecision(4))} (${rejected} of ${records})`,
      passed: share <= limit,
    },
  ];
}

/** Files that nobody expected are often data under a wrong name. */
function ignoredRule({ quality }: DataContract, ignored: IgnoredFiles | undefined): VerdictRule[] {
  if (ignored === undefined) return [];
  const { count, files } = ignored;
  return [
    {
      rule: 'every file of the date is used',
      severity: quality.ignoredFiles ?? 'warning',
      expected: '0 ignored files',
      observed: `${count}${
        count === 0
          ? ''
          : `, e.g. ${files
              .slice(0, 3)
              .map(({ name, reason }) => `${name} (${reason})`)
              .join(', ')}`
      }`,
      passed: count === 0,
    },
  ];
}

async function repetitionRule(rows: StagedRows, { name, isKey }: UniqueColumn): Promise<VerdictRule> {
  const { count, examples } = await findRepeatedValues(rows, name);
  return {
    rule: `${name} is unique over all parts`,
    severity: 'error',
    expected: '0 repeated values',
    observed: count === 0 ? '0' : `${count}, e.g. ${examples.join(', ')}`,
    passed: count === 0,
    ...(isKey ? { isBinding: true } : {}),
  };
}
