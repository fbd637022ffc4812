import { createRequire } from 'node:module';
import path from 'node:path';
import { messageOf } from '../../log';

/** `strict`: the orchestration fails. `log`: it continues, with an error in the log. `off`: no check. */
export type IdCheck = 'strict' | 'log' | 'off';

/** How many task ids the SDK assigned in the last replay of an instance; undefined when unknown. */
export type SdkSequence = (instanceId: string) => number | undefined;

interface Executor {
  sequenceNumber: number;
}
type Execute = (this: Executor, context: { df: { instanceId: string } }, ...rest: unknown[]) => Promise<unknown>;

const executorPath = 'durable-functions/lib/src/orchestrations/TaskOrchestrationExecutor.js';

/**
 * Records the SDK's task counter after each replay, so that the host can compare it with its own counter. It patches a
 * private file of durable-functions (3.5.x). Throws an Error with a remedy when that file is different.
 */
export function watchSdkSequence(appFolder: string): SdkSequence {
  const counters = new Map<string, number>();
  const prototype = findExecutor(appFolder);
  const execute = prototype.execute;
  prototype.execute = async function (context, ...rest) {
    try {
      return await execute.call(this, context, ...rest);
    } finally {
      counters.set(context.df.instanceId, this.sequenceNumber);
    }
  };
  return (instanceId) => {
    const counter = counters.get(instanceId);
    counters.delete(instanceId);
    return counter;
  };
}

function findExecutor(appFolder: string): { execute: Execute } {
  const appRequire = createRequire(path.join(appFolder, 'package.json'));
  let reason: string;
  try {
    const found = appRequire(executorPath) as { TaskOrchestrationExecutor?: { prototype?: { execute?: Execute } } };
    const prototype = found.TaskOrchestrationExecutor?.prototype;
    if (prototype?.execute) return prototype as { execute: Execute };
    reason = `${executorPath} has no TaskOrchestrationExecutor.execute`;
  } catch (error) {
    reason = messageOf(error).split('\n', 1).join('');
  }
  throw new Error(
    `The task id check can't be attached: ${reason}. It needs durable-functions 3.5; install that version, ` +
      'or start with --id-check off. Without the check, orchestrations that fail on Azure may pass here.',
  );
}

/** The failure message of an orchestration whose tasks were numbered differently by SDK and host. */
export function describeDivergence(sdkCount: number, hostCount: number): string {
  return (
    `Local host: the SDK numbered ${sdkCount} tasks and the host ${hostCount}, or the order differs. ` +
    'On Azure, results would go to the wrong tasks. Do not yield a pending task again inside a new Task.any or Task.all ' +
    '(use Task.all over chunks of fixed size), and do not continue after a failed Task.all while its siblings still retry ' +
    '(let fan-out activities return their failure, or put the try/catch into a sub-orchestrator). ' +
    'To only log this, start the host with --id-check log.'
  );
}
