import type { AnswerMark } from './answer';

/** The answer with spaces in the place of its marks, so that offsets stay. */
export function withoutMarks(answer: string, marks: readonly AnswerMark[]): string {
  const parts: string[] = [];
  let at = 0;
  for (const { start, end } of marks) {
    parts.push(answer.slice(at, start), ' '.repeat(end - start));
    at = end;
  }
  return [...parts, answer.slice(at)].join('');
}
