import { isOurs, readState, removeState } from './stateFile';

const CHILDREN_MARKS = ['azurite', 'functions-host', 'vectors', 'qdrant', 'func'];
const SUPERVISOR_MARKS = ['local/start'];
const LONGEST_WAIT_IN_MILLISECONDS = 25000;

/**
 * Makes sure that nobody else runs the platform on this data. A supervisor that is stopping is waited for; what a killed
 * one left behind is ended. Throws, naming process and URL, when one is running.
 */
export async function takeOver(stateFile: string, say: (line: string) => void): Promise<void> {
  const state = readState(stateFile);
  if (!state) return;
  const deadline = Date.now() + LONGEST_WAIT_IN_MILLISECONDS;
  if (isOurs(state.pid, SUPERVISOR_MARKS)) {
    if (Object.keys(state.urls).length > 0 && state.children.some((pid) => isOurs(pid, CHILDREN_MARKS))) {
      if (!(await endsSoon(state.pid))) {
        throw new Error(
          `Pipeline-X is already running on this data (process ${state.pid}, ${state.urls.web ?? 'starting'}). ` +
            `Use it, or stop it first (Ctrl-C there, or: kill ${state.pid}).`,
        );
      }
    }
    say('waiting for the platform before to stop');
    while (isOurs(state.pid, SUPERVISOR_MARKS) && Date.now() < deadline) await pause();
  }
  const left = state.children.filter((pid) => isOurs(pid, CHILDREN_MARKS));
  if (left.length > 0) say(`ending ${left.length} process(es) that a killed platform left behind`);
  for (const pid of left) signal(pid, 'SIGTERM');
  while (left.some((pid) => isOurs(pid, CHILDREN_MARKS)) && Date.now() < deadline) await pause();
  for (const pid of left.filter((child) => isOurs(child, CHILDREN_MARKS))) signal(pid, 'SIGKILL');
  removeState(stateFile);
}

/** A supervisor whose host was killed is on its way out; one that runs well stays. */
async function endsSoon(pid: number): Promise<boolean> {
  for (let waited = 0; waited < 3000; waited += 100) {
    if (!isOurs(pid, SUPERVISOR_MARKS)) return true;
    await pause();
  }
  return false;
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // Gone in the meantime.
  }
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 100));
}
