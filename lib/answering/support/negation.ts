import { termsOf } from '../../language/terms';

const NEGATIONS = new Set(
  `no not never none nothing nobody nowhere neither nor without cannot cant dont doesnt didnt wont wouldnt isnt arent wasnt
  werent hasnt havent hadnt couldnt shouldnt`.split(/\s+/),
);
/** Words that deny what follows them. With a negation they affirm: `did not refuse to sign`. */
const DENIALS = new Set(
  `refuse refuses refused refusing fail fails failed failing deny denies denied denying reject rejects rejected rejecting
  decline declines declined declining lack lacks lacked lacking unable impossible exempt exempts exempted prevent prevents
  prevented preventing forbid forbids forbade forbidden prohibit prohibits prohibited exclude excludes excluded avoid avoids
  avoided hardly scarcely barely`.split(/\s+/),
);
const NEGATION_TERMS = new Set([...NEGATIONS, ...DENIALS].flatMap((word) => termsOf(word)));
/** Phrases with a negation that deny nothing. */
const AFFIRMING =
  /\b(?:not (?:only|just|merely|simply|until|least)|no (?:doubt|less than|fewer than|sooner)|nothing (?:less|short) (?:than|of)|none other)\b/gi;
const WORD_OR_STOP = /[\p{L}\p{N}'’]+|[,;:.!?–—]/gu;
/** What ends a clause. */
const STOP = /^(?:[^\p{L}\p{N}'’]|(?:but|because|although|though|while|whereas|which|who|yet)$)/iu;
/** A negation concerns the terms that are at most this far from it, in the same clause. */
const TERMS_AROUND = 3;
/** Stop words count too, so that a run of them is not searched for ever. */
const WORDS_AROUND = 8;

/** True when a negation is near one of these terms, so that it denies what is said of them. */
export function denies(text: string, terms: ReadonlySet<string>): boolean {
  const words = [...text.replace(AFFIRMING, ' ').matchAll(WORD_OR_STOP)].map(([word]) => word);
  const isNear = (index: number): boolean =>
    [...termsFrom(words, index, -1), ...termsFrom(words, index, 1)].some((term) => terms.has(term));
  const hasNegation = words.some((word, index) => isNegation(word) && isNear(index));
  const hasDenial = words.some((word, index) => DENIALS.has(word.toLowerCase()) && isNear(index));
  return hasNegation !== hasDenial;
}

/** The terms before or after the word at `index`, up to the end of its clause. */
function termsFrom(words: readonly string[], index: number, direction: 1 | -1): string[] {
  const terms: string[] = [];
  for (let step = 1; step <= WORDS_AROUND && terms.length < TERMS_AROUND; step += 1) {
    const word = words[index + direction * step];
    if (word === undefined || STOP.test(word)) break;
    terms.push(...withoutNegations(termsOf(word)));
  }
  return terms;
}

/** The terms without those of negations, which are compared by themselves. */
export function withoutNegations(terms: readonly string[]): string[] {
  return terms.filter((term) => !NEGATION_TERMS.has(term));
}

function isNegation(word: string): boolean {
  const plain = word.toLowerCase().replaceAll('’', "'");
  return plain.endsWith("n't") || NEGATIONS.has(plain.replaceAll("'", ''));
}
