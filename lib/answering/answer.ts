/** What `/api/ask` answers. */
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
  /** Stands letter for letter in the document's text. */
  quote: string;
}

/** Pieces of the answer's text as they come, then the whole, checked answer: the last event. */
export type AnswerEvent = { type: 'token'; text: string } | { type: 'answer'; answer: Answer };
