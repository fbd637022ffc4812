import { PipelineError } from '../../lib/problems/problem';
import { isOurs, readState, removeState, type PlatformState } from './stateFile';

const CHILDREN_MARKS = ['azurite', 'functions-host', 'vector-endpoint', 'qdrant', 'func'];
export const SUPERVISOR_MARKS = ['local/commands/start'];
const LONGEST_WAIT_IN_MILLISECONDS = 25000;
/** A supervisor needs a moment to notice that its host was killed. */
const DEATH_IS_NOTICED_IN_MILLISECONDS = 3000;

/**
 * Makes sure that no other process runs the platform on this data. Waits for a supervisor that is stopping, and ends the
 * processes that a killed supervisor left behind. Throws, naming process and URL, when a supervisor runs or is starting.
 */
export async function takeOver(stateFile: string, say: (line: string) => void, abandon?: AbortSignal): Promise<void> {
  const state = readState(stateFile);
  if (!state) return removeState(stateFile, undefined);
  const supervises = (): boolean => isOurs(state.pid, SUPERVISOR_MARKS, state);
  if (supervises()) {
    if (state.isStopping) say('waiting until the previous platform has stopped');
    const patience = state.isStopping ? LONGEST_WAIT_IN_MILLISECONDS : DEATH_IS_NOTICED_IN_MILLISECONDS;
    await until(() => !supervises() || isStoppingNow(stateFile, state), patience, abandon);
    if (isStoppingNow(stateFile, state)) await until(() => !supervises(), LONGEST_WAIT_IN_MILLISECONDS, abandon);
    abandon?.throwIfAborted();
    if (supervises()) throw alreadyRunning(state);
  }
  const left = (): number[] => state.children.filter((pid) => isOurs(pid, CHILDREN_MARKS, state));
  if (left().length > 0) say(`ending ${left().length} process(es) that a killed platform left behind`);
  for (const pid of left()) signal(pid, 'SIGTERM');
  await until(() => left().length === 0, LONGEST_WAIT_IN_MILLISECONDS, abandon);
  for (const pid of left()) signal(pid, 'SIGKILL');
  removeState(stateFile, state.pid);
}

function isStoppingNow(stateFile: string, { pid }: PlatformState): boolean {
  const now = readState(stateFile);
  return now?.pid === pid && now.isStopping === true;
}

export function alreadyRunning({ pid, urls }: PlatformState): PipelineError {
  return new PipelineError(
    'PLATFORM_RUNNING',
    `Pipeline-X is already running on this data (process ${pid}, ${urls.web ?? 'starting'}).`,
    { remedy: `Use it, or stop it first (Ctrl-C there, or: kill ${pid}).` },
  );
}

async function until(isOver: () => boolean, patience: number, abandon?: AbortSignal): Promise<void> {
  const deadline = Date.now() + patience;
  while (!isOver() && Date.now() < deadline && !abandon?.aborted) {
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // The process has ended in the meantime.
  }
}
