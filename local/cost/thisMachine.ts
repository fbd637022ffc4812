import { cpus, loadavg, totalmem } from 'node:os';
import type { Rates } from './rates';

/** The machine of a measurement. `loadBefore`: what `machineLoad` said when the measurement began. */
export function thisMachine(activitiesSideBySide: number, loadBefore = machineLoad()): Rates['machine'] {
  return {
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memoryGigabytes: Math.round(totalmem() / 1024 ** 3),
    node: process.version,
    load: [loadBefore, machineLoad()],
    activitiesSideBySide,
  };
}

/** Processes that wanted a core in the last minute. */
export function machineLoad(): number {
  return Number((loadavg()[0] ?? 0).toFixed(2));
}
