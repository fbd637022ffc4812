/** A text in the form that quotations are compared in, with the offset of each of its units in the text. */
export interface ComparableText {
  source: string;
  comparable: string;
  /** One more than the units: the last is the end of the text. */
  offsets: number[];
}

const UNSEEN = /^\p{Cf}$/u;
const SPACE = /^\s$/u;
const REPLACED: Record<string, string> = {
  ...Object.fromEntries([...'“”„«»「」'].map((mark) => [mark, '"'])),
  ...Object.fromEntries([...'‘’‚`´'].map((mark) => [mark, "'"])),
  ...Object.fromEntries([...'–—‒‐‑−'].map((dash) => [dash, '-'])),
  // A model gets `[2]` as `(2)`.
  '[': '(',
  ']': ')',
};
const WORD_CHARACTER = /[\p{L}\p{N}\p{M}]/u;
/** Where the writer left words out. */
const OMISSION = /[[(] ?(?:\.{3}|…) ?[\])]|\.{3,4}|…/;
const DENYING = /\b(?:no|not|never|none|nothing|nobody|neither|nor|without|cannot)\b|n't\b/;
/** More than this between two parts of a quotation is not an omission. */
const LONGEST_OMISSION = 400;

/** Without case, characters that are not seen, and the forms of white space, quotation marks, dashes and brackets. */
export function comparableText(source: string): ComparableText {
  const parts: string[] = [];
  const offsets: number[] = [];
  let at = 0;
  for (const character of source) {
    const shown = UNSEEN.test(character) ? '' : formOf(character);
    if (shown !== ' ' || parts.at(-1) !== ' ') {
      if (shown !== '') parts.push(shown);
      for (let unit = 0; unit < shown.length; unit += 1) offsets.push(at);
    }
    at += character.length;
  }
  return { source, comparable: parts.join(''), offsets: [...offsets, at] };
}

function formOf(character: string): string {
  if (SPACE.test(character)) return ' ';
  return REPLACED[character] ?? character.normalize('NFKD').toLowerCase();
}

/**
 * Finds a quotation in a text as whole words. Case, white space, the forms of quotation marks, dashes and brackets and
 * characters that are not seen may differ, and punctuation at its ends may be the writer's. An omission (`…`) may stand for up
 * to 400 characters without a negation. Returns the exact substring of the text, or undefined.
 */
export function findQuote({ source, comparable, offsets }: ComparableText, quote: string): string | undefined {
  const parts = quote
    // `[T]he` marks a changed capital.
    .replace(/\[(\p{L})\](?=\p{L})/gu, '$1')
    .split(OMISSION)
    .map((part) =>
      comparableText(part)
        .comparable.trim()
        .replace(/^[.,;:!?]+\s*|[.,;:!?]{1,3}$/g, ''),
    )
    .filter((part) => part !== '');
  const [first, ...others] = parts;
  if (first === undefined) return undefined;
  for (let start = find(comparable, first, 0); start >= 0; start = find(comparable, first, start + 1)) {
    const end = endOf(comparable, others, start + first.length);
    if (end !== undefined) return source.slice(offsets[start], offsets[end - 1]) + lastCharacter(source, offsets, end);
  }
  return undefined;
}

/** Where the parts end that follow at `end`, each soon after the one before; undefined when one does not follow. */
function endOf(text: string, parts: readonly string[], end: number): number | undefined {
  let at = end;
  for (const part of parts) {
    const next = find(text, part, at);
    if (next < 0 || next - at > LONGEST_OMISSION || DENYING.test(text.slice(at, next))) return undefined;
    at = next + part.length;
  }
  return at;
}

/** Index of `words` as whole words, from `start` on; -1 when there is none. */
function find(text: string, words: string, start: number): number {
  const isInWord = (one = '', other = ''): boolean => WORD_CHARACTER.test(one) && WORD_CHARACTER.test(other);
  for (let at = text.indexOf(words, start); at >= 0; at = text.indexOf(words, at + 1)) {
    const end = at + words.length;
    if (!isInWord(text[at - 1], text[at]) && !isInWord(text[end - 1], text[end])) return at;
  }
  return -1;
}

/** One character may have several units in the compared form. */
function lastCharacter(source: string, offsets: readonly number[], end: number): string {
  return String.fromCodePoint(source.codePointAt(offsets[end - 1] ?? 0) ?? 0);
}
