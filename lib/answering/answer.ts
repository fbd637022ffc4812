/** The response of `/api/ask`. */
export interface Answer {
  question: string;
  /** Text with citation markers `[1]`, `[2]` ... that number `citations` from 1. */
  answer: string;
  citations: Citation[];
  /** `extractive`, or the chat model's name. */
  model: string;
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

/** The answer's text, token by token as it arrives; the last event is the whole, checked answer. */
export type AnswerEvent = { type: 'token'; text: string } | { type: 'answer'; answer: Answer };
