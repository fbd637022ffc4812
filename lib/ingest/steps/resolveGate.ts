import { resolveGate } from '../../quality/resolveGate';
import { runEvent } from '../../runs/runEvent';
import type { RunKey } from '../../runs/runKey';
import { defineStep } from '../step';

/** Looks up what was decided about a blocked run. A rejection is the failure of this step, and ends the run. */
export const resolveGateStep = defineStep({
  work: async ({ gates }, { isOverdue, ...key }: RunKey & { isOverdue: boolean }, log) => {
    const isApproved = await resolveGate(gates, key, isOverdue);
    if (isApproved) log.warn(runEvent('Decided', key));
    return { isApproved };
  },
});
