import type { Answer } from '../../lib/api/ask';

/** A segment of an answer: words, a marker for citation `number` (from 1), or a note on the sentence before it. */
export type AnswerSegment =
  { type: 'text'; text: string } | { type: 'marker'; number: number } | { type: 'note'; sentence: number };

/** Some of the text of an answer that is still arriving; a marker is a token of its own. */
export interface AnswerToken {
  text: string;
  citation?: number;
}

const listItem = /^\s*(?:[-*•]|\d{1,3}[.)])\s/;
// Private-use characters, which the text itself loses: a text must not bring markers of its own.
const MARKER = '\uE000';
const NOTE = '\uE001';
const END = '\uE002';
const privateUse = /[\uE000-\uE002]/g;
const annotation = /\s*\uE000(\d+)\uE002|\uE001(\d+)\uE002/g;

/**
 * The text of an answer with its markers and with notes after the sentences that are not supported, in a form that
 * `splitAnnotations` reads after the text is split into paragraphs. Brackets that are not among the marks remain text.
 */
export function annotate({ answer, marks, sentences }: Pick<Answer, 'answer' | 'marks' | 'sentences'>): string {
  const text = answer.replace(privateUse, '\uFFFD');
  const insertions = [
    ...marks.map(({ start, end, citation }) => ({ start, end, inserted: MARKER + citation + END })),
    ...sentences.flatMap(({ supported, end }, index) => {
      if (supported) return [];
      const next = sentences[index + 1]?.start ?? Infinity;
      const at = Math.max(
        end,
        ...marks.filter((mark) => mark.start >= end && mark.end <= next).map((mark) => mark.end),
      );
      return [{ start: at, end: at, inserted: NOTE + index + END }];
    }),
  ].sort((one, other) => one.start - other.start || one.end - other.end);
  let annotated = '';
  let done = 0;
  for (const { start, end, inserted } of insertions) {
    annotated += text.slice(done, start) + inserted;
    done = end;
  }
  return annotated + text.slice(done);
}

/** The same for an answer that is still arriving. */
export function annotateTokens(tokens: AnswerToken[]): string {
  return tokens
    .map(({ text, citation }) =>
      citation === undefined ? text.replace(privateUse, '\uFFFD') : MARKER + citation + END,
    )
    .join('');
}

/** Splits a line of an annotated text. A marker belongs to the words before it, so the space between them is removed. */
export function splitAnnotations(line: string): AnswerSegment[] {
  const segments: AnswerSegment[] = [];
  let end = 0;
  for (const match of line.matchAll(annotation)) {
    const words = line.slice(end, match.index);
    if (words !== '') segments.push({ type: 'text', text: words });
    const [, citation, sentence] = match;
    segments.push(
      citation === undefined
        ? { type: 'note', sentence: Number(sentence) }
        : { type: 'marker', number: Number(citation) },
    );
    end = match.index + match[0].length;
  }
  if (end < line.length) segments.push({ type: 'text', text: line.slice(end) });
  return segments;
}

/**
 * Paragraphs of an answer, each as its lines. A blank line separates paragraphs. A single line end is a hard wrap and
 * becomes a space, unless the next line starts a list item.
 */
export function paragraphsOf(text: string): string[][] {
  return text
    .split(/\r?\n[^\S\n]*(?:\r?\n\s*)+/)
    .map((paragraph) => linesOf(paragraph))
    .filter((lines) => lines.length > 0);
}

function linesOf(paragraph: string): string[] {
  const lines: string[] = [];
  for (const line of paragraph.split(/\r?\n/)) {
    const words = line.replace(/\s+/g, ' ').trim();
    if (words === '') continue;
    const previous = lines.at(-1);
    if (previous === undefined || listItem.test(line)) lines.push(words);
    else lines[lines.length - 1] = `${previous} ${words}`;
  }
  return lines;
}
