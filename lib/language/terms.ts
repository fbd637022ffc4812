import { stem } from './porterStemmer';
import { STOP_WORDS } from './stopWords';

const WORD = /[\p{L}\p{N}]+/gu;
/** A cache: stemming is pure, and words repeat. It is bounded because ids and numbers do not repeat. */
const KNOWN_STEMS_LIMIT = 100_000;
/** Longer words are rare, and 100,000 of them could fill the memory. */
const LONGEST_KNOWN_WORD = 64;
const knownStems = new Map<string, string>();

/**
 * The terms of a text in order, with repeats: stemmed, in lower case, without accents, apostrophes (`nation's` is
 * `nation`) and stop words.
 */
export function termsOf(text: string): string[] {
  const terms: string[] = [];
  for (const [word] of plain(text).matchAll(WORD)) if (!STOP_WORDS.has(word)) terms.push(stemOf(word));
  return terms;
}

/** Marks are removed before normalization too, which sorts runs of them in quadratic time. */
function plain(text: string): string {
  return text
    .replace(/\p{M}+/gu, '')
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .replace(/['’]s\b|['’]/g, '');
}

function stemOf(word: string): string {
  if (word.length > LONGEST_KNOWN_WORD) return stem(word);
  let result = knownStems.get(word);
  if (result === undefined) {
    result = stem(word);
    if (knownStems.size >= KNOWN_STEMS_LIMIT) knownStems.clear();
    knownStems.set(word, result);
  }
  return result;
}
