import type { ContractFault } from './contractFault';
import { qualityShape, type QualityEntry } from './contractShape';
import { patternFault } from '../pattern';
import type { Comparison, Measure, Operator, QualityRule } from '../qualityRule';
import { shapeFaults } from './shapeFaults';
import { EXPECTATIONS } from '../standard/messages';
import { fieldsOf } from '../standard/shapes';
import { fillVariables, type RuleQuery } from './sqlQuery';

const OPERATORS: Operator[] = [
  'mustBe',
  'mustNotBe',
  'mustBeGreaterThan',
  'mustBeGreaterOrEqualTo',
  'mustBeLessThan',
  'mustBeLessOrEqualTo',
  'mustBeBetween',
  'mustNotBeBetween',
];

/** What reading a contract yields in addition to the contract. */
export interface ReadingNotes {
  /** Parts of the contract that the pipeline ignores and that are not faults. */
  remarks: string[];
  rulePaths: Map<QualityRule, PropertyKey[]>;
  /** Queries of all rules, including rules that have other faults. */
  queries: RuleQuery[];
  /** Regular expressions without another fault, of columns and rules. */
  patterns: { path: PropertyKey[]; pattern: string }[];
}

/** Where a list of rules is, and which names it may use. */
export interface QualityPlace {
  path: PropertyKey[];
  dataset: string;
  columnNames: string[];
  /** Undefined for rules of the whole table. */
  column?: string;
}

/** Reads a list of quality rules. Rules for other tools (text, custom) become remarks. */
export function readQuality(
  entries: unknown[],
  place: QualityPlace,
  faults: ContractFault[],
  notes: ReadingNotes,
): QualityRule[] {
  return entries.flatMap((entry, index) => {
    const path = [...place.path, 'quality', index];
    const { type } = fieldsOf(entry);
    if (type === 'text' || type === 'custom') {
      notes.remarks.push(`${pathText(path)}: rules of type ${type} are not evaluated by the pipeline.`);
      return [];
    }
    const parsed = qualityShape.safeParse(entry, EXPECTATIONS);
    if (!parsed.success) {
      faults.push(...shapeFaults(parsed.error, entry, path));
      return [];
    }
    const rule = parsed.data;
    const name = rule.name ?? defaultName(rule, place);
    const comparison = readComparison(rule, path, faults);
    const measure =
      type === 'sql' ? readSql(rule, place, path, faults, notes) : readMetric(rule, place, path, faults, notes);
    if (measure === undefined || comparison === undefined) return [];
    if (measure.metric !== 'sql' && typeof comparison.value !== 'number' && !Array.isArray(comparison.value)) {
      faults.push({
        path: [...path, comparison.operator],
        message: 'A count can only be compared with a number.',
        found: JSON.stringify(comparison.value),
        expected: 'a number',
      });
      return [];
    }
    const severity = rule.severity === 'error' ? 'error' : 'warning';
    const read: QualityRule = { name, severity, measure, comparison };
    notes.rulePaths.set(read, path);
    return [read];
  });
}

function defaultName(rule: QualityEntry, { column }: QualityPlace): string {
  const what = rule.metric ?? 'query';
  if (column !== undefined) return `${column}: ${what}`;
  const columns = rule.arguments?.properties;
  return columns === undefined ? what : `${columns.join(', ')}: ${what}`;
}

function readComparison(rule: QualityEntry, path: PropertyKey[], faults: ContractFault[]): Comparison | undefined {
  const given = OPERATORS.filter((operator) => rule[operator] !== undefined);
  const [operator] = given;
  if (operator === undefined || given.length > 1) {
    faults.push({
      path,
      message: 'A rule must have exactly one comparison.',
      found: given.length === 0 ? 'none' : given.join(', '),
      expected: `one of ${OPERATORS.join(', ')}`,
    });
    return undefined;
  }
  return { operator, value: rule[operator] } as Comparison;
}

function readSql(
  rule: QualityEntry,
  place: QualityPlace,
  path: PropertyKey[],
  faults: ContractFault[],
  notes: ReadingNotes,
): Measure | undefined {
  if (rule.metric !== undefined || rule.query === undefined) {
    const message = 'A rule of type sql must have a query and no metric.';
    faults.push({ path: [...path, rule.metric === undefined ? 'query' : 'metric'], message });
    return undefined;
  }
  const written = {
    path: [...path, 'query'],
    written: rule.query,
    expected: `one SELECT over \${object}${place.column === undefined ? '' : ' and ${property}'} that returns one value`,
  };
  const filled = fillVariables(rule.query, place.dataset, place.column);
  if ('fault' in filled) {
    faults.push(queryFault(written, filled.fault));
    return undefined;
  }
  const measure = { metric: 'sql' as const, query: filled.query, columns: place.columnNames };
  notes.queries.push({ ...written, measure });
  return measure;
}

export function queryFault({ path, written, expected }: Omit<RuleQuery, 'measure'>, message: string): ContractFault {
  return { path, message, found: written.slice(0, 200), expected };
}

function readMetric(
  rule: QualityEntry,
  place: QualityPlace,
  path: PropertyKey[],
  faults: ContractFault[],
  notes: Pick<ReadingNotes, 'patterns'>,
): Measure | undefined {
  const before = faults.length;
  const fail = (at: PropertyKey[], message: string, expected?: string): undefined => {
    faults.push({ path: [...path, ...at], message, expected });
  };
  const { metric, column = '' } = { ...rule, column: place.column };
  if (metric === undefined)
    return fail(['metric'], 'A rule of type library must have a metric.', 'for example metric: nullValues');
  if (rule.query !== undefined) return fail(['query'], 'A rule of type library must not have a query.');
  if (rule.unit !== undefined && rule.unit !== 'rows' && rule.unit !== 'percent') {
    fail(['unit'], `The unit ${rule.unit} is unknown.`, 'rows or percent');
  }
  const percent = rule.unit === 'percent';
  const known = argumentsOf(metric, place.column);
  for (const name of Object.keys(rule.arguments ?? {})) {
    if (!known.includes(name)) fail(['arguments', name], `${metric} does not take the argument ${name} here.`);
  }
  if (metric === 'rowCount' ? place.column !== undefined : place.column === undefined && metric !== 'duplicateValues') {
    fail(['metric'], `${metric} must be a rule of ${metric === 'rowCount' ? 'the table' : 'a column'}.`);
  }
  if (metric === 'rowCount' && percent) fail(['unit'], 'rowCount cannot be a percentage of all rows.', 'rows');
  const { missingValues = [null, ''], validValues, pattern, properties } = rule.arguments ?? {};
  const columns = place.column === undefined ? (properties ?? []) : [place.column];
  if (metric === 'duplicateValues' && columns.length === 0) {
    fail(['arguments'], 'The rule does not name its columns.', 'arguments: {properties: [...]}');
  }
  columns.forEach((name, index) => {
    if (place.column === undefined && !place.columnNames.includes(name)) {
      fail(['arguments', 'properties', index], `The table has no column ${name}.`, place.columnNames.join(', '));
    }
  });
  if (metric === 'invalidValues' && validValues === undefined && pattern === undefined) {
    fail(
      ['arguments'],
      'The rule does not say which values are valid.',
      'arguments: {validValues: [...]} or {pattern: ...}',
    );
  }
  const badPattern = pattern === undefined ? undefined : patternFault(pattern);
  if (badPattern !== undefined) fail(['arguments', 'pattern'], badPattern);
  else if (pattern !== undefined) notes.patterns.push({ path: [...path, 'arguments', 'pattern'], pattern });
  if (faults.length > before) return undefined;
  switch (metric) {
    case 'rowCount':
      return { metric };
    case 'nullValues':
      return { metric, column, percent };
    case 'missingValues':
      return { metric, column, values: missingValues, percent };
    case 'invalidValues':
      return {
        metric,
        column,
        percent,
        ...(validValues === undefined ? {} : { validValues }),
        ...(pattern === undefined ? {} : { pattern }),
      };
    case 'duplicateValues':
      return { metric, columns, percent };
  }
}

function argumentsOf(metric: NonNullable<QualityEntry['metric']>, column: string | undefined): string[] {
  if (metric === 'missingValues') return ['missingValues'];
  if (metric === 'invalidValues') return ['validValues', 'pattern'];
  return metric === 'duplicateValues' && column === undefined ? ['properties'] : [];
}

function pathText(path: PropertyKey[]): string {
  return path.reduce<string>(
    (text, part) => (typeof part === 'number' ? `${text}[${part}]` : `${text}${text ? '.' : ''}${String(part)}`),
    '',
  );
}
