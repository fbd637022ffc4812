import { splitSentences } from '../../language/splitSentences';
import { termsOf } from '../../language/terms';
import type { Passage } from '../../vectors/passage';
import { comparableText, type ComparableText } from '../citations/findQuote';
import { blank } from './blank';
import { datesIn, formsOfDate } from './dates';
import { withoutNegations } from './negation';
import { dayOfMonth, numbersIn } from './numbers';
import { plainText } from './plainText';

/** What a passage says, in the forms that statements are compared with. Title, author and date count as parts of it. */
export interface Evidence {
  quotable: ComparableText;
  terms: ReadonlySet<string>;
  sentences: { text: string; terms: ReadonlySet<string> }[];
  /** Values in plain digits, decades (`1820s`) and days of months. */
  numbers: ReadonlySet<string>;
  dates: ReadonlySet<string>;
  /** Days that are written without a year, as `--mm-dd`. */
  daysWithoutYear: ReadonlySet<string>;
}

/** Computed once for each passage: a model may cite it in every sentence. */
export function evidenceOf({ title, author, publishedAt, text }: Passage): Evidence {
  const whole = [title, author ?? '', publishedAt?.slice(0, 10) ?? '', text].join('\n');
  const plain = plainText(whole);
  const written = datesIn(plain);
  const dates = written.flatMap(({ readings }) => readings);
  const numbers = numbersIn(blank(plain, written)).flatMap(({ readings }) => readings.flat());
  const days = dates.filter((date) => /-\d\d-\d\d$/.test(date)).map((date) => dayOfMonth(date.slice(-2)));
  const years = [...numbers, ...dates.map((date) => date.slice(0, 4))].filter((number) => /^\d{4}$/.test(number));
  return {
    quotable: comparableText(whole),
    terms: new Set(withoutNegations(termsOf(whole))),
    sentences: splitSentences(text).map((sentence) => ({
      text: sentence.text,
      terms: new Set(withoutNegations(termsOf(sentence.text))),
    })),
    numbers: new Set([...numbers, ...days, ...years, ...years.map((year) => `${year.slice(0, 3)}0s`)]),
    dates: new Set(dates.flatMap(formsOfDate)),
    daysWithoutYear: new Set(dates.filter((date) => date.startsWith('-'))),
  };
}
