import { PipelineError } from '../problems/problem';
import { answerEnded } from './answerEnded';

/** Bounds how many questions are answered at once, and how many wait. */
export interface QuestionQueue {
  /**
   * Resolves when the question may start, with the function that ends it (calling it again does nothing). Callers take turns:
   * one who asks much does not hold up the others. Throws QUESTIONS_TOO_MANY (429) at once when too many wait, and
   * ANSWER_TIMEOUT or ANSWER_CANCELLED when `signal` ends the wait.
   */
  enter(caller: string, signal: AbortSignal): Promise<() => void>;
}

interface Waiting {
  start: () => void;
  refuse: (error: PipelineError) => void;
}

/** @param limits questions at work at once, and questions that wait */
export function createQuestionQueue(limits: { atWork: number; waiting: number }): QuestionQueue {
  let atWork = 0;
  /** The questions of each caller in their order; the caller whose turn comes next is first. */
  const waiting = new Map<string, Waiting[]>();

  const startNext = (): void => {
    if (atWork >= limits.atWork) return;
    const [turn] = waiting;
    if (turn === undefined) return;
    const [caller, questions] = turn;
    const next = questions.shift();
    waiting.delete(caller);
    if (questions.length > 0) waiting.set(caller, questions);
    next?.start();
  };
  const begin = (): (() => void) => {
    atWork += 1;
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      atWork -= 1;
      startNext();
    };
  };
  const remove = (caller: string, question: Waiting): void => {
    const left = waiting.get(caller)?.filter((one) => one !== question) ?? [];
    if (left.length > 0) waiting.set(caller, left);
    else waiting.delete(caller);
  };
  /** Makes room for a question of `caller`: the latest question of whoever has the most waiting goes, if that is another. */
  const makeRoom = (caller: string): void => {
    if ([...waiting.values()].flat().length < limits.waiting) return;
    const [most] = [...waiting].sort(([, one], [, other]) => other.length - one.length);
    const last = most?.[1].at(-1);
    const own = waiting.get(caller)?.length ?? 0;
    if (!most || !last || most[1].length <= own + 1) throw tooMany(limits);
    remove(most[0], last);
    last.refuse(tooMany(limits));
  };

  return {
    enter: async (caller, signal) => {
      if (signal.aborted) throw answerEnded(signal);
      if (atWork < limits.atWork && waiting.size === 0) return begin();
      makeRoom(caller);
      return new Promise((resolve, reject) => {
        const abandon = (): void => {
          remove(caller, question);
          reject(answerEnded(signal));
        };
        const question: Waiting = {
          start: () => {
            signal.removeEventListener('abort', abandon);
            resolve(begin());
          },
          refuse: (error) => {
            signal.removeEventListener('abort', abandon);
            reject(error);
          },
        };
        signal.addEventListener('abort', abandon, { once: true });
        waiting.set(caller, [...(waiting.get(caller) ?? []), question]);
      });
    },
  };
}

function tooMany({ atWork, waiting }: { atWork: number; waiting: number }): PipelineError {
  return new PipelineError('QUESTIONS_TOO_MANY', 'More questions wait than can be answered soon.', {
    found: `${atWork} questions at work and ${waiting} waiting`,
    remedy: 'Ask again after the seconds of the header Retry-After.',
  });
}
