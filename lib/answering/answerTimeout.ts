import { PipelineError } from '../problems/problem';

export function answerTimeout(cause: unknown): PipelineError {
  return new PipelineError('ANSWER_TIMEOUT', 'The answer did not come in time.', {
    where: { setting: 'ANSWER_TIMEOUT_SECONDS' },
    remedy: 'Ask again, or allow more time.',
    cause,
  });
}
