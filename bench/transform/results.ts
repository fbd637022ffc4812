import type { DatasetName } from './input/datasets';
import type { Fingerprint } from './fingerprint';
import type { MeasuredRun } from './runPeer';

/** One file and all its measurements. */
export interface CaseResult {
  dataset: DatasetName;
  title: string;
  /** Bytes and records of the CSV file. */
  bytes: number;
  records: number;
  ranges: number;
  peers: PeerRuns[];
}

export interface PeerRuns {
  name: string;
  strict: boolean;
  /** One entry for each round; undefined when the peer did not run. */
  runs: (MeasuredRun | undefined)[];
  output?: Fingerprint;
  /** Why the peer did not run. */
  skipped?: string;
}

export function median(values: number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}

export function medianOf(peer: PeerRuns, figure: (run: MeasuredRun) => number | undefined): number {
  return median(peer.runs.flatMap((run) => (run === undefined ? [] : [figure(run) ?? Number.NaN])));
}

/** Median over the rounds of the ratio of the two peers' figures in the same round. */
export function ratio(one: PeerRuns, other: PeerRuns, figure: (run: MeasuredRun) => number): number {
  return median(
    one.runs.flatMap((run, round) => {
      const beside = other.runs[round];
      return run === undefined || beside === undefined ? [] : [figure(run) / figure(beside)];
    }),
  );
}
