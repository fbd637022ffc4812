import { describeProblem } from './problems/describeProblem';
import { publicProblem } from './problems/publicProblem';
import { toProblem } from './problems/problem';

/** Resolves when the dependency works; throws when it does not. */
export type Probe = () => Promise<unknown>;

export interface Health {
  status: 'ok' | 'degraded';
  dependencies: { name: string; status: 'ok' | 'unavailable'; latencyInMilliseconds: number; error?: string }[];
}

const LONGEST_WAIT_IN_MILLISECONDS = 5000;

/** Asks every dependency at once; `onFailure` gets the details, which callers must not see. One that does not answer in five seconds is unavailable. */
export async function checkHealth(
  probes: Record<string, Probe>,
  onFailure: (message: string, error: unknown) => void = () => undefined,
): Promise<Health> {
  const dependencies = await Promise.all(
    Object.entries(probes).map(async ([name, probe]) => {
      const start = performance.now();
      const latency = (): number => Math.round((performance.now() - start) * 10) / 10;
      try {
        await withinTime(probe());
        return { name, status: 'ok' as const, latencyInMilliseconds: latency() };
      } catch (error) {
        const problem = toProblem(error);
        onFailure(`${name}: ${describeProblem(problem)}`, error);
        const message = describeProblem(publicProblem(problem, true));
        return { name, status: 'unavailable' as const, latencyInMilliseconds: latency(), error: message };
      }
    }),
  );
  return { status: dependencies.every(({ status }) => status === 'ok') ? 'ok' : 'degraded', dependencies };
}

async function withinTime(work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`no answer in ${LONGEST_WAIT_IN_MILLISECONDS / 1000} s`)),
      LONGEST_WAIT_IN_MILLISECONDS,
    );
  });
  try {
    await Promise.race([work, tooLate]);
  } finally {
    clearTimeout(timer);
  }
}
