import type { ContractColumn, DataContract } from '../contract/contract';
import { decimalPattern } from '../contract/decimal';
import type { Measure, QualityRule, Scalar } from '../contract/qualityRule';
import { identifier, literal } from '../duckdb/duckdb';
import { describeComparison, holds } from './comparison';
import { QueryFault } from './limitedQueries';
import { sqlType, type StagedRows } from './stagedRows';
import type { VerdictRule } from './verdict';

/** What is known about a run's rows without reading them. */
export interface RunCounts {
  rows: number;
  /** Nulls in a column; undefined when the statistics of a part lack the count. */
  nulls: (column: string) => number | undefined;
  /** The run's date, `yyyy-mm-dd`. */
  date: string;
}

const DAY_IN_SECONDS = 86_400;

/** Evaluates one rule of the contract over all rows. Calls `rows` only for measures that read values. */
export async function measureRule(
  rule: QualityRule,
  contract: DataContract,
  counts: RunCounts,
  rows: () => StagedRows,
): Promise<VerdictRule> {
  const { value, observed, expected } = await observe(rule, contract, counts, rows);
  const passed = holds(rule.comparison, value);
  return { rule: rule.name, severity: rule.severity, expected, observed, passed };
}

interface Observation {
  value: Scalar | null;
  observed: string;
  expected: string;
}

async function observe(
  rule: QualityRule,
  contract: DataContract,
  counts: RunCounts,
  rows: () => StagedRows,
): Promise<Observation> {
  const { measure } = rule;
  const wanted = describeComparison(rule.comparison);
  switch (measure.metric) {
    case 'rowCount':
      return { value: counts.rows, observed: `${counts.rows} rows`, expected: `${wanted} rows` };
    case 'nullValues': {
      const nulls = counts.nulls(measure.column);
      if (nulls === undefined) return { value: null, observed: 'not counted', expected: wanted };
      return counted(nulls, '', measure.percent, counts, wanted);
    }
    case 'missingValues':
    case 'invalidValues': {
      const column = contract.columns.find(({ name }) => name === measure.column);
      const condition = column === undefined ? 'false' : conditionOf(measure, column);
      const { duckDb, view } = rows();
      const name = identifier(measure.column);
      const [row = []] = await duckDb.rows(`SELECT count(*) FROM ${view} WHERE ${condition}`);
      const count = Number(row[0]);
      const examples =
        count === 0 || measure.metric === 'missingValues'
          ? []
          : await duckDb.rows(
              `SELECT DISTINCT left(${name}::VARCHAR, 40) FROM ${view} WHERE ${condition} ORDER BY 1 LIMIT 3`,
            );
      return counted(count, listed(examples), measure.percent, counts, wanted);
    }
    case 'duplicateValues': {
      const { duckDb, view } = rows();
      const names = measure.columns.map(identifier);
      const values = names.map((_name, index) => `value_${index}`);
      const selected = names.map((name, index) => `${name} AS ${values[index]}`);
      const repeated = `SELECT ${selected.join(', ')}, count(*) AS copies FROM ${view}
        WHERE ${names.map((name) => `${name} IS NOT NULL`).join(' AND ')} GROUP BY ALL HAVING count(*) > 1`;
      const [row = []] = await duckDb.rows(`SELECT coalesce(sum(copies - 1), 0)::BIGINT FROM (${repeated})`);
      const count = Number(row[0]);
      const shown = values.map((value) => `left(${value}::VARCHAR, 40)`).join(` || ' + ' || `);
      const examples = count === 0 ? [] : await duckDb.rows(`SELECT ${shown} FROM (${repeated}) ORDER BY 1 LIMIT 3`);
      return counted(count, listed(examples), measure.percent, counts, wanted);
    }
    case 'sql':
      return runQuery(rows(), rule.name, measure.query, wanted);
    case 'freshness':
      return ageOf(rows(), measure, counts, wanted);
  }
}

function counted(count: number, examples: string, percent: boolean, counts: RunCounts, wanted: string): Observation {
  if (!percent) return { value: count, observed: `${count} rows${examples}`, expected: `${wanted} rows` };
  const share = counts.rows === 0 ? 0 : (100 * count) / counts.rows;
  const observed = `${Number(share.toPrecision(4))} % (${count} of ${counts.rows} rows)${examples}`;
  return { value: share, observed, expected: `${wanted} %` };
}

function listed(examples: unknown[][]): string {
  return examples.length === 0 ? '' : `, e.g. ${examples.map(([example]) => String(example)).join(', ')}`;
}

function conditionOf(
  measure: Extract<Measure, { metric: 'missingValues' | 'invalidValues' }>,
  column: ContractColumn,
): string {
  const name = identifier(column.name);
  if (measure.metric === 'missingValues') {
    const values = measure.values.filter((value): value is Scalar => value !== null);
    const conditions = [
      ...(measure.values.includes(null) ? [`${name} IS NULL`] : []),
      ...(values.length === 0 ? [] : [isAmong(name, column, values)]),
    ];
    return conditions.join(' OR ');
  }
  const { validValues, pattern } = measure;
  const invalid = [
    ...(validValues === undefined ? [] : [`NOT ${isAmong(name, column, validValues)}`]),
    ...(pattern === undefined ? [] : [`NOT regexp_full_match(${name}::VARCHAR, ${literal(pattern)})`]),
  ];
  return `${name} IS NOT NULL AND (${invalid.join(' OR ')})`;
}

/** Compares as values of the column's type. A listed value that cannot be cast to that type matches nothing. */
function isAmong(name: string, column: ContractColumn, values: Scalar[]): string {
  const type = sqlType(column);
  const { decimal, logicalType } = column;
  // A cast to a decimal rounds.
  const exact = decimal && new RegExp(`^(?:${decimalPattern(decimal, logicalType === 'integer')})$`);
  const comparable = values.filter((value) => exact?.test(String(value)) ?? true);
  const casts = comparable.map((value) => `try_cast(${literal(String(value))} AS ${type})`);
  return `coalesce(list_contains([${casts.join(', ')}], ${name}), false)`;
}

/** A query that cannot be run is a fault of the contract: the rule fails with the reason. */
async function runQuery({ queries }: StagedRows, name: string, query: string, wanted: string): Promise<Observation> {
  try {
    const value = await queries.value({ name }, scalarQuery(query));
    return { value, observed: value ?? 'null', expected: wanted };
  } catch (error) {
    if (!(error instanceof QueryFault)) throw error;
    return { value: null, observed: `the query failed: ${error.message}`, expected: wanted };
  }
}

/** Wraps a query as a scalar subquery, so that it can only be one SELECT that returns one value. */
export function scalarQuery(query: string): string {
  return `SELECT (${query}\n)::VARCHAR`;
}

/** A date counts as its end, so the newest value of a date column may be 0 seconds old. */
async function ageOf(
  { duckDb, view }: StagedRows,
  { column, unit, unitInSeconds }: Extract<Measure, { metric: 'freshness' }>,
  { date }: RunCounts,
  wanted: string,
): Promise<Observation> {
  const expected = `newest value ${wanted} ${unit} before the end of ${date}`;
  const newest = `max(${identifier(column)})`;
  const [row = []] = await duckDb.rows(
    `SELECT ${newest}::VARCHAR,
       epoch(CASE WHEN typeof(${newest}) = 'DATE' THEN ${newest}::TIMESTAMPTZ + INTERVAL 1 DAY ELSE ${newest}::TIMESTAMPTZ END)
     FROM ${view}`,
  );
  if (row[0] === null || row[0] === undefined) return { value: null, observed: 'no value', expected };
  const endOfDate = Date.parse(`${date}T00:00:00Z`) / 1000 + DAY_IN_SECONDS;
  const age = Math.max(0, endOfDate - Number(row[1])) / unitInSeconds;
  return { value: age, observed: `${Number(age.toPrecision(6))} ${unit} (newest ${String(row[0])})`, expected };
}
