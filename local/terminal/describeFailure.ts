import { describeProblem } from '../../lib/problems/describeProblem';
import { PipelineError, toProblem } from '../../lib/problems/problem';
import { fullDiskError } from '../../lib/storage/diskSpace';

/**
 * Why a command that uses the platform's storage failed, in one line. The storage of this machine answers only that it can't
 * when its disk is full, so unless the error is permanent the disk of the data folder is looked at. `neededInBytes`: size of what
 * could not be written there.
 */
export async function describeFailure(error: unknown, dataDirectory: string, neededInBytes = 0): Promise<string> {
  const isPermanent = error instanceof PipelineError && !error.retryable;
  const full = isPermanent ? undefined : await fullDiskError({ data: dataDirectory }, error, neededInBytes);
  const problem = toProblem(full ?? error);
  return problem.code === 'INTERNAL' ? problem.message : describeProblem(problem);
}
