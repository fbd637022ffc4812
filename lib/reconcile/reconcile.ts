import { PipelineError } from '../problems/problem';

/** Independent counts of one partition in each store. */
export interface PartitionCounts {
  /** Records in the files. */
  source: number;
  /** Rejected records. */
  rejected: number;
  /** Records of a key of which another one is kept. Absent: 0. */
  dropped?: number;
  /** Rows of the partition at the table's current version. */
  lake: number;
  /** Rows in PostgreSQL. */
  sql: number;
  /** Rows of `sql` that no newer partition has replaced. Only these are searched. */
  current: number;
  /** Distinct documents in Qdrant. */
  vectors: number;
  /** Chunks in Qdrant, and chunks that the embedding stream stored or found there. */
  points: number;
  chunks: number;
}

/** Compares the stores. Throws RECONCILE_MISMATCH with every pair of counts that differs. */
export function reconcile(counts: PartitionCounts, partition: { dataset: string; date: string }): void {
  const { source, rejected, dropped = 0, lake, sql, current, vectors, points, chunks } = counts;
  const equations: [string, number, string, number][] = [
    [
      'records in the files',
      source,
      dropped === 0 ? 'rows in the lake + rejected' : 'rows in the lake + rejected + dropped',
      lake + rejected + dropped,
    ],
    ['rows in PostgreSQL', sql, 'rows in the lake', lake],
    ['documents in Qdrant', vectors, 'current rows in PostgreSQL', current],
    ['chunks in Qdrant', points, 'chunks embedded or already in the index', chunks],
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
      remedy: 'Run this dataset and date again: the run makes each store match the lake.',
    },
  );
}
