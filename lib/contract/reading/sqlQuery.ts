import type { Measure } from '../qualityRule';

/** A rule's query whose variables are filled in; the engine then finds out which columns it reads. */
export interface RuleQuery {
  /** Path of the query in the YAML. */
  path: PropertyKey[];
  written: string;
  /** What may be written there. */
  expected: string;
  measure: Extract<Measure, { metric: 'sql' }>;
}

/** The columns of the dataset that a query can read, or what is wrong with it. */
export type QueryAnalysis = { columns: string[] } | { fault: string };

/** Analyses queries over the view named `dataset`, without running them; one result per query. Bad queries never throw. */
export type AnalyseQueries = (
  queries: readonly string[],
  dataset: string,
  columnNames: readonly string[],
) => Promise<QueryAnalysis[]>;

/**
 * Fills in `${object}` or `${table}` (the dataset's view) and `${property}` or `${column}` (the rule's column; undefined
 * for a rule of the whole table).
 */
export function fillVariables(
  written: string,
  dataset: string,
  column: string | undefined,
): { query: string } | { fault: string } {
  const faults: string[] = [];
  const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;
  const query = written
    .trim()
    .replace(/;\s*$/, '')
    .replaceAll(/\$?\{(\w+)\}/g, (variable, name: string) => {
      if (name === 'object' || name === 'table') return quoted(dataset);
      if ((name === 'property' || name === 'column') && column !== undefined) return quoted(column);
      faults.push(`${variable} is not a variable here`);
      return variable;
    });
  return faults.length > 0 ? { fault: faults.join('; ') } : { query };
}
