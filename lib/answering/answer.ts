import type { Money } from '../usage/money';
import type { ModelUsage } from '../usage/usage';

export interface Answer {
  question: string;
  /** Text with citation markers `[1]`, `[2]` ... that number `citations` from 1. */
  answer: string;
  citations: Citation[];
  /** Where the citation markers are in the text: other brackets in it, as in a quoted text, are none. */
  marks: AnswerMark[];
  /** The statements of the answer in their order, each checked against what it cites. */
  sentences: AnswerSentence[];
  /** `extractive`, or the chat model's name. */
  model: string;
}

/** What an answer used until it was complete, and what that costs. */
export interface AnswerUsage {
  seconds: number;
  gigabyteSeconds: number;
  models: ModelUsage[];
  money: Money;
}

/** The response of `/api/ask`. */
export interface PaidAnswer extends Answer {
  usage: AnswerUsage;
}

/** A citation marker; offsets in UTF-16 code units. */
export interface AnswerMark {
  start: number;
  end: number;
  /** From 1. */
  citation: number;
}

/**
 * Why a sentence is not supported: it cites nothing; a quotation, a number or most words do not occur in what it cites; or
 * one of the two denies what the other says.
 */
export const SENTENCE_FAULTS = ['no-citation', 'quotation', 'number', 'words', 'negation'] as const;
export type SentenceFault = (typeof SENTENCE_FAULTS)[number];

export interface AnswerSentence {
  /** Offsets in the answer's text, in UTF-16 code units. */
  start: number;
  end: number;
  /** Numbers of the citations, from 1. */
  citations: number[];
  supported: boolean;
  /** None when it is supported. */
  faults: SentenceFault[];
}

export interface Citation {
  docId: string;
  dataset: string;
  title: string;
  author: string | null;
  /** Publication date of the document, `yyyy-mm-dd`, or null. */
  date: string | null;
  /** An exact substring of the document's text. */
  quote: string;
}

/** Some of an answer's text. A citation marker is a token of its own. */
export interface AnswerToken {
  text: string;
  /** The number of a marker, from 1. */
  citation?: number;
}

/** The answer's text, token by token as it arrives; the last event is the whole, checked answer. */
export type AnswerEvent = ({ type: 'token' } & AnswerToken) | { type: 'answer'; answer: Answer };
