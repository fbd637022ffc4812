import { identifier, type DuckDb } from '../duckdb/duckdb';
import { byName, LONGEST_KEY, type NamedProfile } from './guessRoles';

/** What the records of a file could be identified by. */
export interface FoundKey {
  /** Names of the columns; empty when no key of up to three columns was found. */
  columns: string[];
  /** Records that repeat another record whole. */
  repeatedRecords: number;
}

const MOST_COLUMNS = 3;
/** Columns that are combined: 66 pairs and 220 triples. */
const MOST_CANDIDATES = 12;
/** Rows in which a combination is tried first. */
const SAMPLE_ROWS = 5000;
/** Combinations that are tried on the whole file. */
const MOST_TRIALS = 20;
const KEY_TYPES = ['string', 'integer', 'date', 'timestamp'];

/**
 * Finds the smallest key of one to three columns: no two different records have the same values in it, and every record has
 * a value in each. Of several, the one whose columns are named like keys and are short. Bounded: at most 298 combinations on
 * the first rows, and 20 on all. `table` has the columns `c0`, `c1`, ... in the order of `columns`.
 */
export async function findKey(duckDb: DuckDb, table: string, columns: NamedProfile[]): Promise<FoundKey> {
  const rows = columns[0]?.rows ?? 0;
  await duckDb.run(`CREATE OR REPLACE TEMP TABLE different AS SELECT DISTINCT * FROM ${table}`);
  const [[different = 0] = []] = (await duckDb.rows('SELECT count(*) FROM different')).map((row) => row.map(Number));
  const repeatedRecords = rows - different;
  const candidates = columns
    .map((column, index) => ({ column, index, score: scoreOf(column) }))
    .filter(({ column }) => canBeKey(column));
  const single = candidates.filter(({ column }) => column.distinct === different).sort((a, b) => b.score - a.score)[0];
  if (single !== undefined) return { columns: [single.column.name], repeatedRecords };
  const combined = [...candidates]
    .sort((one, other) => other.column.distinct - one.column.distinct || other.score - one.score)
    .filter(({ column }) => column.distinct > 1)
    .slice(0, MOST_CANDIDATES);
  const sample = `(SELECT * FROM different LIMIT ${SAMPLE_ROWS})`;
  let trials = 0;
  for (let size = 2; size <= MOST_COLUMNS; size += 1) {
    const combinations = combinationsOf(combined, size)
      .filter((columns) => columns.reduce((product, { column }) => product * column.distinct, 1) >= different)
      .map((columns) => ({ columns, score: columns.reduce((sum, { score }) => sum + score, 0) }))
      .sort((one, other) => other.score - one.score);
    for (const { columns: chosen } of combinations) {
      const names = chosen.map(({ index }) => identifier(`c${index}`));
      if (!(await isUnique(duckDb, sample, names))) continue;
      if (different > SAMPLE_ROWS) {
        if (trials === MOST_TRIALS) return { columns: [], repeatedRecords };
        trials += 1;
        if (!(await isUnique(duckDb, 'different', names))) continue;
      }
      const inOrder = [...chosen].sort((one, other) => one.index - other.index);
      return { columns: inOrder.map(({ column }) => column.name), repeatedRecords };
    }
  }
  return { columns: [], repeatedRecords };
}

function canBeKey({ logicalType, maxLength, filled, rows }: NamedProfile): boolean {
  return KEY_TYPES.includes(logicalType) && maxLength <= LONGEST_KEY && filled === rows && rows > 0;
}

/** Names of keys count most, then whole numbers and texts more than times, then short values. */
function scoreOf(column: NamedProfile): number {
  const isTime = column.logicalType === 'date' || column.logicalType === 'timestamp';
  const title = byName(column, 'title') > 0 ? 0.5 : 0;
  return byName(column, 'id') + title - column.averageLength / 1000 - (isTime ? 0.25 : 0);
}

async function isUnique(duckDb: DuckDb, table: string, names: string[]): Promise<boolean> {
  const repeated = await duckDb.rows(`SELECT 1 FROM ${table} GROUP BY ${names.join(', ')} HAVING count(*) > 1 LIMIT 1`);
  return repeated.length === 0;
}

function combinationsOf<Item>(items: Item[], size: number): Item[][] {
  if (size === 0) return [[]];
  return items.flatMap((item, index) =>
    combinationsOf(items.slice(index + 1), size - 1).map((others) => [item, ...others]),
  );
}
