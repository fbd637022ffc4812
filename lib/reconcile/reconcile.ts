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
  /** Documents that runs removed from the partition and that an older one has; default: none. */
  returned?: ReturnedCounts;
}

export interface ReturnedCounts {
  /** Those whose row in an older partition is current in PostgreSQL. */
  current: number;
  /** Those of them that Qdrant has with that partition. */
  vectors: number;
  /** Dates of the others, the first few. */
  missingDates: string[];
}

/** Compares the stores. Throws RECONCILE_MISMATCH with every pair of counts that differs. */
export function reconcile(counts: PartitionCounts, partition: { dataset: string; date: string }): void {
  const { source, rejected, dropped = 0, lake, sql, current, vectors, points, chunks, returned } = counts;
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
    ...(returned === undefined
      ? []
      : [
          [
            'removed documents in Qdrant with their older date',
            returned.vectors,
            'removed documents that are current in PostgreSQL with an older date',
            returned.current,
          ] satisfies [string, number, string, number],
        ]),
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
      remedy: remedyFor(partition.dataset, returned?.missingDates ?? []),
    },
  );
}

function remedyFor(dataset: string, missingDates: string[]): string {
  const remedy = 'Run this dataset and date again: the run makes each store match the lake.';
  if (missingDates.length === 0) return remedy;
  return `First run ${dataset} ${missingDates.join(', ')}: these dates have the documents that Qdrant lacks. ${remedy}`;
}
