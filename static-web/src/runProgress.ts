import type { Run, StepProgress } from '../../lib/api/runs';
import { formatCount, formatCounted, formatSeconds } from './formatting';

const stepTitles: Record<string, string> = {
  ensure: 'Prepare the stores',
  plan: 'Plan the partitions',
  transform: 'Transform to Parquet',
  gate: 'Check the quality',
  commit: 'Commit the table',
  metadata: 'Load metadata into SQL',
  embed: 'Embed and index',
  reconcile: 'Reconcile all stores',
};

/** A title that says what a step does; the step's name when this page does not know the step. */
export function stepTitle(name: string): string {
  return stepTitles[name] ?? name;
}

/** Title of the step that a run is in, or in which it ended. */
export function stepTitleOf(run: Run): string {
  return run.step === null ? 'Not started yet' : stepTitle(run.step);
}

/** True when the run may be started again: it has ended. */
export function hasEnded(run: Run): boolean {
  return ['Completed', 'Failed', 'Cancelled', 'Terminated'].includes(run.status);
}

/** True while a run may still change by itself. */
export function isActive(run: Run): boolean {
  return run.status === 'Pending' || run.status === 'Running';
}

/** How long to wait before the next poll, in milliseconds: short while the run moves, long after a failed call. */
export function pollDelayAfter(runs: Run[] | undefined): number {
  if (runs === undefined) return 5_000;
  if (runs.some(isActive)) return 1_000;
  // A person may decide, on this page or elsewhere.
  return runs.some(({ status }) => status === 'Blocked') ? 3_000 : 10_000;
}

/** The finished share of a step, 0 to 1; undefined while it runs with an unknown total. */
export function shareOf(step: StepProgress): number | undefined {
  if (step.status === 'done') return 1;
  if (step.status === 'waiting' || step.status === 'skipped') return 0;
  const { chunks } = step;
  if (chunks?.total) return Math.min(1, chunks.done / chunks.total);
  if (step.total > 0) return Math.min(1, step.done / step.total);
  return step.status === 'running' ? undefined : 0;
}

/** `3 of 8 · 233 rows · 2 rejected · 1.2 s`, without values that carry no information. */
export function stepFacts(step: StepProgress): string {
  if (step.status === 'waiting') return 'waiting';
  if (step.status === 'skipped') return 'skipped';
  const facts = [
    step.total > 1 || step.status !== 'done' ? step.total > 0 && `${step.done} of ${step.total}` : false,
    step.rows > 0 && formatCounted(step.rows, 'row'),
    step.rejected > 0 && `${formatCount(step.rejected)} rejected`,
    ...chunkFacts(step),
    formatSeconds(step.seconds),
  ];
  return facts.filter((fact) => typeof fact === 'string' && fact !== '').join(' · ');
}

/** `1,200 of about 5,000 chunks`, `212 chunks/s`, `about 18 s left`; the last two while the step runs. */
function chunkFacts({ chunks, status }: StepProgress): string[] {
  if (chunks === null || chunks.done === 0) return [];
  const { done, total, isEstimate, perSecond, secondsLeft } = chunks;
  const all = total === null || total === done ? '' : ` of ${isEstimate ? 'about ' : ''}${formatCount(total)}`;
  const counted = `${formatCount(done)}${all} ${done === 1 && all === '' ? 'chunk' : 'chunks'}`;
  if (status !== 'running') return [counted];
  return [
    counted,
    ...(perSecond === null ? [] : [`${formatCount(perSecond)} chunks/s`]),
    ...(secondsLeft === null ? [] : [`about ${formatSeconds(secondsLeft)} left`]),
  ];
}

/** True when every store has as many rows as the lake, and the lake has the source's rows without rejected and dropped ones. */
export function doStoresAgree(run: Run): boolean {
  const { rows, rejected, dropped } = run;
  return (
    rows !== null &&
    rows.source === rows.lake + rejected + dropped &&
    rows.lake === rows.sql &&
    rows.lake === rows.vectors + (rows.superseded ?? 0)
  );
}
