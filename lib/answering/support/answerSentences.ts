import { splitSentences, type Sentence } from '../../language/splitSentences';
import type { AnswerMark } from '../answer';
import { blank } from './blank';
import { quotationsIn, type Quotation } from './quotations';

/** A sentence of an answer. Its offsets are those of the answer; those of its quotations count from its own start. */
export interface CitedSentence {
  start: number;
  end: number;
  /** With spaces in the place of marks. */
  text: string;
  /** Numbers of its citations, from 1. */
  citations: number[];
  quotations: Quotation[];
}

/** What a list or a heading begins with says nothing. */
const LIST_MARK = /^(?:[^\p{L}\p{N}]*|\d{1,3}[.)])$/u;

const ENDS_BEFORE_MARK = /[.!?…]["'”’»)\]]{0,3}\s{0,3}$/;
const ENDS_AFTER_MARK = /^\s?[.!?…]{1,3}["'”’»)\]]{0,3}(?=\s)/;

/**
 * The sentences of an answer with what they cite. A mark belongs to the sentence around it or, after a full stop, to the
 * sentence before it. A quotation of several sentences is part of one.
 */
export function answerSentences(answer: string, marks: readonly AnswerMark[]): CitedSentence[] {
  const plain = blank(answer, marks);
  const quotations = quotationsIn(plain);
  const spans: { start: number; end: number }[] = [];
  let nextQuotation = 0;
  for (const { start, text } of sentencesBetween(plain, marks)) {
    const last = spans.at(-1);
    while ((quotations[nextQuotation]?.end ?? Infinity) <= start) nextQuotation += 1;
    const continues = last !== undefined && (quotations[nextQuotation]?.start ?? Infinity) < last.end;
    if (continues) last.end = start + text.length;
    else if (!LIST_MARK.test(text)) spans.push({ start, end: start + text.length });
  }

  let mark = 0;
  let quotation = 0;
  return spans.map(({ start, end }, index) => {
    const next = spans[index + 1]?.start ?? Infinity;
    const citations = new Set<number>();
    const own: Quotation[] = [];
    for (let one = marks[mark]; one && one.start < next; one = marks[++mark]) citations.add(one.citation);
    for (let one = quotations[quotation]; one && one.start < next; one = quotations[++quotation]) {
      own.push({ text: one.text, start: one.start - start, end: one.end - start });
    }
    return { start, end, text: plain.slice(start, end), citations: [...citations], quotations: own };
  });
}

/** A full stop beside a mark ends a sentence, also before a word in lower case. */
function sentencesBetween(plain: string, marks: readonly AnswerMark[]): Pick<Sentence, 'start' | 'text'>[] {
  const ends = marks.flatMap(({ start, end }) => {
    if (ENDS_BEFORE_MARK.test(plain.slice(Math.max(0, start - 8), start))) return [end];
    const after = ENDS_AFTER_MARK.exec(plain.slice(end, end + 12))?.[0];
    return after === undefined ? [] : [end + after.length];
  });
  return [...ends, plain.length].flatMap((end, index) => {
    const from = ends[index - 1] ?? 0;
    return splitSentences(plain.slice(from, end)).map(({ start, text }) => ({ start: from + start, text }));
  });
}
