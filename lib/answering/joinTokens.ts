import type { Answer, AnswerToken } from './answer';

/** The answer's text, and where its citation markers are. */
export function joinTokens(tokens: readonly AnswerToken[]): Pick<Answer, 'answer' | 'marks'> {
  let length = 0;
  const marks: Answer['marks'] = [];
  for (const { text, citation } of tokens) {
    if (citation !== undefined) marks.push({ start: length, end: length + text.length, citation });
    length += text.length;
  }
  return { answer: tokens.map(({ text }) => text).join(''), marks };
}
