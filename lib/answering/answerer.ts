import type { Passage } from '../vectors/passage';
import type { AnswerEvent } from './answer';

/** What one answer is made from. */
export interface AnswerRequest {
  question: string;
  /** Best first. The answer may use nothing else. */
  passages: Passage[];
  /** Ends the work; what is under way fails with ANSWER_CANCELLED. */
  signal?: AbortSignal;
}

/** Makes answers from passages. Its citations name given passages only, and their quotes stand in them. */
export interface Answerer {
  /** `extractive`, or the chat model's name. */
  model: string;
  /** Joined, the tokens are the answer's text. Broken service: PipelineError ANSWER_*. */
  stream(request: AnswerRequest): AsyncIterable<AnswerEvent>;
}

/** Said, without citations, when the passages don't answer the question. */
export const NOTHING_FOUND = 'Nothing in the indexed documents answers this question.';
