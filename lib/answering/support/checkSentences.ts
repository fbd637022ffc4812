import { termsOf } from '../../language/terms';
import type { Passage } from '../../vectors/passage';
import type { AnswerSentence, SentenceFault } from '../answer';
import { findQuote } from '../citations/findQuote';
import type { CitedSentence } from './answerSentences';
import { blank } from './blank';
import { datesIn, type WrittenDate } from './dates';
import { evidenceOf, type Evidence } from './evidence';
import { denies, withoutNegations } from './negation';
import { numbersIn, type WrittenNumber } from './numbers';
import { plainText } from './plainText';
import { presentedQuotations } from './quotations';

/** Share of a sentence's words that its passages must have. */
const LEAST_COVERAGE = 0.5;
/** Sentences of the passages with at least this share of the most shared words are compared for negations. */
const SHARE_OF_BEST = 0.8;
/** Words that report what a document says, and are not in it. */
const REPORTING = new Set(
  termsOf(
    `according said says saying stated states reported reports wrote writes described describes noted notes mentioned mentions
    quotes called calls added adds explained explains passage passages document documents text author source sources`,
  ),
);
/** What a writer counts of his own: `two reasons`. */
const COUNTED =
  /^\s+(?:\w+\s+)?(?:reasons?|points?|things?|ways?|passages?|documents?|sources?|examples?|statements?|parts?|sides?)\b/i;
const MOST_COUNTED = 10;
const DEFINITE = /\b(?:the|these|those)\s{1,3}$/i;

/**
 * Checks each sentence of an answer against the passages that it cites (`cited`, in the order of the marks' numbers): its
 * quotations, numbers, dates and most of its words must occur in them, and it must agree with the nearest sentence in what it
 * denies. These are checks of words, not of meaning: they find inventions, and cannot prove a sentence. An introduction (it
 * ends with a colon) is no statement and is left out.
 */
export function checkSentences(sentences: readonly CitedSentence[], cited: readonly Passage[]): AnswerSentence[] {
  const evidence = cited.map(evidenceOf);
  return sentences
    .filter(({ text, citations }) => !text.endsWith(':') || citations.length > 0)
    .map((sentence) => {
      const { start, end, citations } = sentence;
      const faults = faultsOf(
        sentence,
        citations.flatMap((number) => evidence[number - 1] ?? []),
      );
      return { start, end, citations, supported: faults.length === 0, faults };
    });
}

function faultsOf(sentence: CitedSentence, cited: readonly Evidence[]): SentenceFault[] {
  if (cited.length === 0) return ['no-citation'];
  const { text, quotations } = sentence;
  const faults: SentenceFault[] = [];
  const isQuoted = ({ text: quotation }: { text: string }): boolean =>
    cited.some(({ quotable }) => findQuote(quotable, quotation) !== undefined);
  if (!presentedQuotations(text, quotations).every(isQuoted)) faults.push('quotation');

  const { areKnown, rest } = checkNumbers(text, cited);
  if (!areKnown) faults.push('number');

  const terms = new Set(withoutNegations(termsOf(rest)).filter((term) => !REPORTING.has(term)));
  const hasOtherEvidence = quotations.length > 0 || rest.trim() !== plainText(text).trim();
  if (!hasWords(terms, cited, hasOtherEvidence)) faults.push('words');
  else if (!agreesInNegation(rest, terms, cited)) faults.push('negation');
  return faults;
}

/** Whether a cited passage has each number and date; and the text without numbers and dates. */
function checkNumbers(text: string, cited: readonly Evidence[]): { areKnown: boolean; rest: string } {
  // The number of a list item is not a statement.
  const plain = plainText(text).replace(/^\s*\d{1,3}[.)](?=\s)/, ' ');
  const dates = datesIn(plain);
  const withoutDates = blank(plain, dates);
  const numbers = numbersIn(withoutDates);
  const areKnown =
    dates.every((date) => cited.some((evidence) => hasDate(evidence, date))) &&
    numbers
      .filter((number) => isClaim(number, withoutDates))
      .every(({ readings }) =>
        readings.some((values) => values.every((value) => cited.some((evidence) => evidence.numbers.has(value)))),
      );
  return { areKnown, rest: blank(withoutDates, numbers) };
}

/** A day of the text may belong to a year that the passage names elsewhere. */
function hasDate({ dates, daysWithoutYear, numbers }: Evidence, { readings }: WrittenDate): boolean {
  return readings.some(
    (date) => dates.has(date) || (daysWithoutYear.has(`-${date.slice(4)}`) && numbers.has(date.slice(0, 4))),
  );
}

/** `One` is also a pronoun, and `the two` before what is not a noun. */
function isClaim({ text, start, end, readings }: WrittenNumber, sentence: string): boolean {
  if (text.toLowerCase() === 'one') return false;
  if (/^(?:two|three)$/i.test(text) && DEFINITE.test(sentence.slice(Math.max(0, start - 8), start))) {
    const [next] = /^\s+\p{L}+/u.exec(sentence.slice(end, end + 40)) ?? [];
    if (next === undefined || termsOf(next).length === 0) return false;
  }
  const isCounted = Number(readings[0]?.[0]) <= MOST_COUNTED && COUNTED.test(sentence.slice(end, end + 40));
  return !isCounted;
}

function hasWords(terms: ReadonlySet<string>, cited: readonly Evidence[], hasOtherEvidence: boolean): boolean {
  if (terms.size === 0) return hasOtherEvidence;
  const found = [...terms].filter((term) => cited.some((evidence) => evidence.terms.has(term))).length;
  return found / terms.size >= LEAST_COVERAGE;
}

/** True when one of the sentences that share most words denies them exactly if this sentence does. */
function agreesInNegation(text: string, terms: ReadonlySet<string>, cited: readonly Evidence[]): boolean {
  const matches = cited
    .flatMap(({ sentences }) => sentences)
    .map((sentence) => ({
      text: sentence.text,
      shared: new Set([...terms].filter((term) => sentence.terms.has(term))),
    }));
  const best = Math.max(0, ...matches.map(({ shared }) => shared.size));
  // No sentence has its words: they are in a title or in the author's name.
  if (best === 0) return true;
  return matches
    .filter(({ shared }) => shared.size >= SHARE_OF_BEST * best)
    .some((match) => denies(match.text, match.shared) === denies(text, match.shared));
}
