import { describeProblem } from './problems/describeProblem';
import { publicProblem } from './problems/publicProblem';
import { diskSpaceOf } from './storage/diskSpace';
import { toProblem } from './problems/problem';

/** Resolves when the dependency works; throws when it does not. */
export type Probe = () => Promise<unknown>;

export interface Health {
  status: 'ok' | 'degraded';
  /** Free space in bytes of the disks of this machine that the app or its services write to. */
  disks: { name: string; freeBytes: number; totalBytes: number }[];
  dependencies: { name: string; status: 'ok' | 'unavailable'; latencyInMilliseconds: number; error?: string }[];
}

const LONGEST_WAIT_IN_MILLISECONDS = 5000;

/** Asks every dependency at once; `onFailure` gets the details, which callers must not see. One that does not answer in five seconds is unavailable. */
export async function checkHealth(
  { probes, disks }: { probes: Record<string, Probe>; disks: Readonly<Record<string, string>> },
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
  const status = dependencies.every((dependency) => dependency.status === 'ok') ? 'ok' : 'degraded';
  return { status, disks: await spaceOf(disks), dependencies };
}

async function spaceOf(disks: Readonly<Record<string, string>>): Promise<Health['disks']> {
  const spaces = Object.entries(disks).map(async ([name, folder]) => ({ name, space: await diskSpaceOf(folder) }));
  return (await Promise.all(spaces)).flatMap(({ name, space }) =>
    space ? [{ name, freeBytes: space.free, totalBytes: space.total }] : [],
  );
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
