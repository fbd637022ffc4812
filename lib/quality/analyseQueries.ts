import path from 'node:path';
import { randomUUID } from 'node:crypto';
import type { ContractEngine } from '../contract/reading/contractEngine';
import type { AnalyseQueries, QueryAnalysis } from '../contract/reading/sqlQuery';
import { literal, type DuckDb } from '../duckdb/duckdb';
import type { DuckDbEngines } from '../duckdb/engines';
import { createPatternFaults } from '../duckdb/patternFaults';
import { scalarQuery } from './measureRule';

/** Asks DuckDB about contracts. */
export function createContractEngine(engines: DuckDbEngines, temporaryDirectory: string): ContractEngine {
  return {
    analyseQueries: createQueryAnalysis(engines, temporaryDirectory),
    patternFaults: createPatternFaults(engines, temporaryDirectory),
  };
}

/**
 * Analyses rules' queries with DuckDB's own parser. Each must be one SELECT that reads only the dataset's view. The result
 * has at least the columns that the query reads: all columns when it uses whole rows (`*`, a row by its alias, a natural
 * join). Results are cached, since contracts are read again at each step.
 */
function createQueryAnalysis(engines: DuckDbEngines, temporaryDirectory: string): AnalyseQueries {
  const known = new Map<string, QueryAnalysis>();
  return async (queries, dataset, columnNames) => {
    const keyOf = (query: string): string => JSON.stringify([query, dataset, columnNames]);
    const unknown = queries.filter((query) => !known.has(keyOf(query)));
    if (unknown.length > 0) {
      await engines.use(path.join(temporaryDirectory, randomUUID()), async (duckDb) => {
        for (const query of unknown) known.set(keyOf(query), await analyse(duckDb, query, dataset, columnNames));
      });
    }
    return queries.map((query) => known.get(keyOf(query)) ?? { columns: [...columnNames] });
  };
}

/** What `json_serialize_sql` returns. */
type SerializedSql =
  { error: false; statements: unknown[] } | { error: true; error_type: string; error_message: string };

async function analyse(
  duckDb: DuckDb,
  query: string,
  dataset: string,
  columnNames: readonly string[],
): Promise<QueryAnalysis> {
  const texts = [query, scalarQuery(query)].map((sql) => `json_serialize_sql(${literal(sql)})`);
  const [row = []] = await duckDb.rows(`SELECT ${texts.join(', ')}`);
  const [alone, asScalar] = row.map((json) => JSON.parse(String(json)) as SerializedSql);
  if (alone === undefined || asScalar === undefined) throw new Error('json_serialize_sql returned no row');
  if (alone.error && alone.error_type === 'parser')
    return { fault: `The query cannot be read: ${alone.error_message}.` };
  if (alone.error || alone.statements.length !== 1) return { fault: 'The query is not one SELECT statement.' };
  if (asScalar.error) return { fault: `The query cannot be used in brackets: ${asScalar.error_message}.` };
  const found = inspect(alone.statements, dataset);
  const foreign = [...found.tables].filter(
    (table) => table !== dataset.toLowerCase() && !found.namedQueries.has(table),
  );
  if (foreign.length > 0) return { fault: `The query reads ${foreign.join(', ')}.` };
  const readsRows = found.readsRows || found.references.some((names) => found.aliases.has(names.at(-1) ?? ''));
  const names = new Set(found.references.flat());
  return { columns: columnNames.filter((name) => readsRows || names.has(name.toLowerCase())) };
}

/** Names in lower case, as SQL compares them. */
interface Findings {
  tables: Set<string>;
  /** Names of common table expressions, which are not tables. */
  namedQueries: Set<string>;
  /** Names that refer to a row of the dataset. */
  aliases: Set<string>;
  /** Column references with their qualifiers: `o.id` is `['o', 'id']`. */
  references: string[][];
  /** True when the query may read all columns: by a star, by positions, or through an unknown kind of table. */
  readsRows: boolean;
}

/** Members of DuckDB's syntax tree; each kind of node has some of them. */
interface SyntaxNode {
  type?: unknown;
  alias?: string;
  table_name?: string;
  column_name_alias?: unknown[];
  column_names?: string[];
  using_columns?: string[];
  ref_type?: string;
  cte_map?: { map: { key: string }[] };
}

const ROW_NODES = new Set(['STAR', 'POSITIONAL_REFERENCE', 'PIVOT', 'SHOW_REF']);
const ROW_JOINS = new Set(['NATURAL', 'POSITIONAL']);

function inspect(tree: unknown, dataset: string): Findings {
  const findings: Findings = {
    tables: new Set(),
    namedQueries: new Set(),
    aliases: new Set([dataset.toLowerCase()]),
    references: [],
    readsRows: false,
  };
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    if (!Array.isArray(node)) record(node, dataset.toLowerCase(), findings);
    for (const part of Object.values(node)) visit(part);
  };
  visit(tree);
  return findings;
}

function record(node: SyntaxNode, dataset: string, findings: Findings): void {
  const lower = (names: string[] = []): string[] => names.map((name) => name.toLowerCase());
  for (const { key } of node.cte_map?.map ?? []) findings.namedQueries.add(key.toLowerCase());
  if (node.type === 'COLUMN_REF') findings.references.push(lower(node.column_names));
  if (node.type === 'BASE_TABLE') {
    const [table = ''] = lower([node.table_name ?? '']);
    findings.tables.add(table);
    if (table === dataset && node.alias) findings.aliases.add(node.alias.toLowerCase());
  }
  for (const name of lower(node.using_columns)) findings.references.push([name]);
  findings.readsRows ||=
    ROW_NODES.has(String(node.type)) || ROW_JOINS.has(node.ref_type ?? '') || (node.column_name_alias?.length ?? 0) > 0;
}
