import { PipelineError } from '../problems/problem';

/** What was counted in each store for one partition, independently of each other. */
export interface PartitionCounts {
  /** Records in the files. */
  source: number;
  /** Records that were set aside. */
  rejected: number;
  /** Rows of the partition at the table's current version. */
  lake: number;
  /** Rows in PostgreSQL. */
  sql: number;
  /** Those of them that no newer partition has replaced: only these are searched. */
  current: number;
  /** Distinct documents in Qdrant. */
  vectors: number;
  /** Chunks in Qdrant, and those that the embedding stream put or found there. */
  points: number;
  chunks: number;
}

/** Holds the stores against each other. Throws RECONCILE_MISMATCH, naming every equation that does not hold. */
export function reconcile(counts: PartitionCounts, partition: { dataset: string; date: string }): void {
  const { source, rejected, lake, sql, current, vectors, points, chunks } = counts;
  const equations: [string, number, string, number][] = [
    ['records in the files', source, 'rows in the lake + rejected', lake + rejected],
    ['rows in PostgreSQL', sql, 'rows in the lake', lake],
    ['documents in Qdrant', vectors, 'current rows in PostgreSQL', current],
    ['chunks in Qdrant', points, 'chunks embedded or found there', chunks],
  ];
  const broken = equations.filter(([, found, , expected]) => found !== expected);
  if (broken.length === 0) return;
  throw new PipelineError(
    'RECONCILE_MISMATCH',
    `The stores disagree about ${partition.dataset} ${partition.date}: ${broken
      .map(([name, found, other, expected]) => `${name} ${found}, ${other} ${expected}`)
      .join('; ')}.`,
    {
      found: broken.map(([name, found]) => `${name}: ${found}`).join(', '),
      expected: broken.map(([, , other, expected]) => `${other}: ${expected}`).join(', '),
      remedy: 'Run this dataset and date again: each store is brought back to what the lake holds.',
    },
  );
}
