import type { RunKey } from './runKey';

/** What the log says about a run to an operator. The queries in infra/queries look for these words. */
export const RUN_EVENTS = ['Blocked', 'Completed', 'Decided', 'Failed'] as const;
export type RunEventName = (typeof RUN_EVENTS)[number];

export const RUN_EVENT_PREFIX = 'run-event ';

/** One line of the log: the prefix, and JSON with the event, the run and what is known besides. */
export function runEvent(event: RunEventName, { runId, dataset, date }: RunKey, more: { code?: string } = {}): string {
  return `${RUN_EVENT_PREFIX}${JSON.stringify({ event, runId, dataset, date, ...more })}`;
}
