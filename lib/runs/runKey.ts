/** Identifies one execution of one ingest. Every step of a run gets it. */
export interface RunKey {
  dataset: string;
  /** Partition, `yyyy-mm-dd`. */
  date: string;
  /** Unique per execution, stable over retries and restarts of it. Safe in paths. */
  runId: string;
}

/** The durable instance id: the same (dataset, date) cannot run twice at once. */
export function instanceIdOf(dataset: string, date: string): string {
  return `ingest-${dataset}-${date}`;
}

/** Steps of a run in their order. `metadata` and `embed` run in parallel. */
export const RUN_STEPS = ['ensure', 'plan', 'transform', 'gate', 'commit', 'metadata', 'embed', 'reconcile'] as const;
export type RunStep = (typeof RUN_STEPS)[number];
