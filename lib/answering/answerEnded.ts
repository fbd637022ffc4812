import { PipelineError } from '../problems/problem';

export function answerTimeout(cause: unknown): PipelineError {
  return new PipelineError('ANSWER_TIMEOUT', 'The answer was not ready within the time limit.', {
    where: { setting: 'ANSWER_TIMEOUT_SECONDS' },
    remedy: 'Ask again, or raise the limit.',
    cause,
  });
}

function answerCancelled(cause: unknown): PipelineError {
  return new PipelineError('ANSWER_CANCELLED', 'The request was cancelled.', { cause });
}

/** The error for work that this signal ended: ANSWER_TIMEOUT by a time limit, else ANSWER_CANCELLED by the caller. */
export function answerEnded({ reason }: AbortSignal): PipelineError {
  const isTimeout = (reason as { name?: string } | undefined)?.name === 'TimeoutError';
  return isTimeout ? answerTimeout(reason) : answerCancelled(reason);
}
