import { splitSentences } from '../language/splitSentences';
import { termsOf } from '../language/terms';
import type { Passage } from '../vectors/passage';
import type { AnswerMark, AnswerSentence, SentenceFault } from './answer';
import { findQuote } from './citation';
import { numbersIn } from './numbersIn';
import { nearestOf } from './nearestSentence';
import { quotationsIn } from './quotations';
import { withoutMarks } from './withoutMarks';
import { coverage, equalWeights, type TermWeights } from './termWeights';

/** Share of a sentence's words that its passages must have. */
const LEAST_COVERAGE = 0.5;
const NEGATION = /\b(?:no|not|never|none|nothing|nobody|neither|nor|without|cannot)\b|n['’]t\b/i;
/** Words. In a longer sentence of a passage a negation may belong to another statement. */
const SHORT_SENTENCE = 30;

/**
 * Checks each sentence of an answer against the passages that it cites (`cited`, in the order of the marks' numbers): its
 * quotations, numbers and most of its words must occur in them, and it must agree with the nearest sentence in its negation.
 * These are checks of words, not of meaning: they find inventions, and cannot prove a sentence. An introduction (it ends
 * with a colon) is no statement and is left out.
 */
export function checkSentences(
  answer: string,
  marks: readonly AnswerMark[],
  cited: readonly Passage[],
): AnswerSentence[] {
  const sentences = splitSentences(withoutMarks(answer, marks));
  const evidence = cited.map(evidenceOf);
  let at = 0;
  return sentences.flatMap(({ text, start }, index) => {
    // A mark after the full stop belongs to the sentence before it.
    const next = sentences[index + 1]?.start ?? Infinity;
    const own = new Set<number>();
    for (; at < marks.length && (marks[at]?.start ?? Infinity) < next; at += 1) own.add(marks[at]?.citation ?? 0);
    const citations = [...own];
    if (!/[\p{L}\p{N}]/u.test(text) || (text.endsWith(':') && citations.length === 0)) return [];
    const faults = faultsOf(
      text,
      citations.flatMap((citation) => evidence[citation - 1] ?? []),
    );
    return [{ start, end: start + text.length, citations, supported: faults.length === 0, faults }];
  });
}

/** What a passage says, read once for all sentences that cite it. */
interface Evidence {
  text: string;
  numbers: Set<string>;
  terms: Set<string>;
  sentences: { text: string; terms: Set<string> }[];
}

function evidenceOf(passage: Passage): Evidence {
  const { text } = passage;
  const all = textsOf(passage);
  return {
    text,
    numbers: numbersIn(all),
    terms: new Set(termsOf(all)),
    sentences: splitSentences(text).map((sentence) => ({
      text: sentence.text,
      terms: new Set(termsOf(sentence.text)),
    })),
  };
}

function faultsOf(sentence: string, passages: Evidence[]): SentenceFault[] {
  if (passages.length === 0) return ['no-citation'];
  const faults: SentenceFault[] = [];
  const isQuoted = (quotation: string): boolean =>
    passages.some(({ text }) => findQuote(text, quotation.replace(/[.,;:!?]+$/, '')) !== undefined);
  if (!quotationsIn(sentence).every(isQuoted)) faults.push('quotation');

  if (![...numbersIn(sentence)].every((number) => passages.some(({ numbers }) => numbers.has(number)))) {
    faults.push('number');
  }
  const weights = equalWeights(sentence);
  const known = [...weights.keys()].filter((term) => passages.some(({ terms }) => terms.has(term)));
  if (coverage(weights, known) < LEAST_COVERAGE) faults.push('words');
  else if (disagrees(sentence, weights, passages)) faults.push('negation');
  return faults;
}

function textsOf({ title, author, publishedAt, text }: Passage): string {
  return [title, author ?? '', publishedAt?.slice(0, 10) ?? '', text].join('\n');
}

/** True when no passage has a nearest sentence that agrees: a statement may rest on one of several passages. */
function disagrees(sentence: string, weights: TermWeights, passages: Evidence[]): boolean {
  const isNegated = NEGATION.test(sentence);
  return passages.every(({ text, sentences }) => {
    const nearest = nearestOf(weights, sentences) ?? text;
    if (nearest.trim() === '' || isNegated === NEGATION.test(nearest)) return false;
    return isNegated || nearest.split(/\s+/).length <= SHORT_SENTENCE;
  });
}
