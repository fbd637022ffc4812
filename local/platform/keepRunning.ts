import { setTimeout as sleep } from 'node:timers/promises';
import { diskFullLine } from '../../lib/problems/diskFull';
import type { Service } from './services';

/** How a service ended for good. */
export interface ServiceDeath {
  name: string;
  how: string;
  lastLines: string;
}

export interface RestartOptions {
  begin: () => Promise<Service>;
  /** Called with the service that runs instead. */
  replaced: (service: Service) => void;
  say: (line: string) => void;
  /** True when a restart can't help because nothing can be written. */
  isDiskFull: () => Promise<boolean>;
  /** Aborted when the platform stops: an end is then no death. */
  stopping: AbortSignal;
  firstDelayInMilliseconds?: number;
}

const FIRST_DELAY_IN_MILLISECONDS = 1000;
const MOST_RESTARTS = 5;
/** A service that has run so long has recovered: its next death counts as the first. */
const RECOVERED_AFTER_MILLISECONDS = 60_000;

/**
 * Starts a service again when it ends by itself, after 1, 2, 4, 8, 16 s. Resolves when it has died too often in a row, or of a
 * full disk, which a restart does not solve. Never resolves for a service that runs elsewhere, or once the platform stops.
 */
export async function keepRunning(first: Service, options: RestartOptions): Promise<ServiceDeath> {
  const {
    begin,
    replaced,
    say,
    isDiskFull,
    stopping,
    firstDelayInMilliseconds = FIRST_DELAY_IN_MILLISECONDS,
  } = options;
  let service = first;
  let restarts = 0;
  for (;;) {
    if (!service.child) return never();
    const since = Date.now();
    const { code, signal } = await service.child.ended;
    if (stopping.aborted) return never();
    if (Date.now() - since > RECOVERED_AFTER_MILLISECONDS) restarts = 0;
    let death: ServiceDeath = {
      name: service.child.name,
      how: signal ?? `exit code ${code}`,
      lastLines: service.child.lastLines(),
    };
    for (let next: Service | undefined; next === undefined;) {
      if (restarts >= MOST_RESTARTS || diskFullLine(death.lastLines) !== undefined) return death;
      // The last lines of a program may be those of a stack, and a dying one may have said nothing.
      if (await isDiskFull()) return death;
      const delay = firstDelayInMilliseconds * 2 ** restarts;
      restarts += 1;
      say(
        `${death.name} ended unexpectedly (${death.how}); restart ${restarts} of ${MOST_RESTARTS} in ${delay / 1000} s`,
      );
      if (!(await pause(delay, stopping))) return never();
      try {
        next = await begin();
      } catch (error) {
        if (stopping.aborted) return never();
        death = { ...death, how: 'not started', lastLines: error instanceof Error ? error.message : String(error) };
      }
      if (next && stopping.aborted) {
        await next.stop();
        return never();
      }
      if (next) service = next;
    }
    replaced(service);
    say(`${service.name} runs again`);
    if (service.lossAfterDeath !== undefined) say(service.lossAfterDeath);
  }
}

function never(): Promise<never> {
  return new Promise(() => undefined);
}

/** False when the pause was ended by the signal. */
async function pause(milliseconds: number, signal: AbortSignal): Promise<boolean> {
  return sleep(milliseconds, true, { signal }).catch(() => false);
}
