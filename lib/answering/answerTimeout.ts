import { PipelineError } from '../problems/problem';

export function answerTimeout(cause: unknown): PipelineError {
  return new PipelineError('ANSWER_TIMEOUT', 'The answer was not ready within the time limit.', {
    where: { setting: 'ANSWER_TIMEOUT_SECONDS' },
    remedy: 'Ask again, or raise the limit.',
    cause,
  });
}
