import { count } from '../telemetry/instruments';
import { inSpan } from '../telemetry/spans';
import type { QuestionQueue } from './questionQueue';

/** The same queue, whose waits are in the traces of the questions. */
export function tracedQueue(queue: QuestionQueue): QuestionQueue {
  return {
    enter: (caller, signal) =>
      inSpan(
        { name: 'wait for a turn', kind: 'internal', measure: (seconds) => count('pipeline.question.wait', seconds) },
        () => queue.enter(caller, signal),
      ),
  };
}
