import type { Passage } from '../vectors/passage';
import type { AnswerEvent } from './answer';

/** The input of one answer. */
export interface AnswerRequest {
  question: string;
  /** Best first. The answer uses only these. */
  passages: Passage[];
  /** Cancels the work, which then fails with ANSWER_CANCELLED. */
  signal?: AbortSignal;
}

/** Makes answers from passages. It cites only the given passages, and each quote is an exact substring of its passage. */
export interface Answerer {
  /** `extractive`, or the chat model's name. */
  model: string;
  /** The tokens, joined, are the answer's text. Throws PipelineError ANSWER_* when the service fails. */
  stream(request: AnswerRequest): AsyncIterable<AnswerEvent>;
}

/** The answer when too few of a model's sentences are supported by what they cite. */
export const NOTHING_SUPPORTED = 'The documents that were found do not support an answer to this question.';

/** The answer, without citations, when the passages don't answer the question. */
export const NOTHING_FOUND = 'Nothing in the indexed documents answers this question.';
