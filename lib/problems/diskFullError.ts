import { DISK_FULL_REMEDY } from './diskFull';
import { PipelineError, type Problem } from './problem';

/** DISK_FULL, retryable. `what` is full, like "The disk of PostgreSQL"; `found` is what the system said. */
export function diskFullError(
  what: string,
  { found, where, cause }: { found: string; where?: Problem['where']; cause?: unknown },
): PipelineError {
  return new PipelineError('DISK_FULL', `${what} is full.`, { found, where, remedy: DISK_FULL_REMEDY, cause });
}
