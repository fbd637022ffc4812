/** A sentence exactly as in its text, without the white space around it. */
export interface Sentence {
  text: string;
  /** Offset in the text. */
  start: number;
  /** False when the text breaks off before the sentence ends. */
  ends: boolean;
}

/** Abbreviations whose full stop does not end a sentence, in lower case without their last full stop. */
const ABBREVIATIONS = new Set(
  `mr mrs ms dr prof rev hon messrs st mt ft gen col maj capt cpt lt lieut sgt adm gov sen rep pres jr sr esq vs viz etc
  al approx inc ltd co corp bros dept est jan feb mar apr jun jul aug sept oct nov dec e.g i.e cf`.split(/\s+/),
);

/** The same, but only before a number: `No. 5` continues the sentence, `I say no. You agree` does not. */
const NUMBERED = new Set('no nos vol vols art arts ch chap par sec fig figs p pp ed'.split(' '));

/** Words that often begin a sentence, and seldom a name: after `U.S.` they show that a new sentence starts. */
const OPENERS = new Set(
  `the this these those it its in on at by for from with we our i my he his she her they their there but and or so if
  when while as to a an no not all such under after since during however`.split(/\s+/),
);

/** Longer sentences, as in text without punctuation, are split at white space. About five chunks. */
export const LONGEST_SENTENCE_IN_CHARACTERS = 5000;

/** Stops with closing quotes and brackets, or white space from a line end on. Fails nowhere, so that runs are read once. */
const POSSIBLE_END = /[.!?…]+["'”’)\]]*|\n\s*/g;
const BEFORE_WORD = /[\s("“‘[]/;

/**
 * Sentences of English prose in order. A full stop ends one unless it follows an abbreviation (`Mr.`), an initial
 * (`George W. Bush`), letters with stops (`U.S.`) before what looks like a name, or the next word is in lower case. An
 * empty line always ends one. Time is in proportion to the length of any text, since texts come from anybody: each
 * character is read a fixed number of times. No sentence is longer than 5,000 characters.
 */
export function splitSentences(text: string): Sentence[] {
  const sentences: Sentence[] = [];
  let start = 0;
  for (const match of text.matchAll(POSSIBLE_END)) {
    const isBreak = match[0].startsWith('\n');
    const end = isBreak ? emptyLineEnd(match) : match.index + match[0].length;
    if (end === undefined || (!isBreak && !endsSentence(text, start, match.index, end))) continue;
    addSentence(sentences, text, start, end, !isBreak);
    start = end;
  }
  addSentence(sentences, text, start, text.length, false);
  return sentences;
}

/** The end of the last line end in the white space; undefined when there is only one, so that no line is empty. */
function emptyLineEnd({ 0: space, index }: RegExpExecArray): number | undefined {
  const last = space.lastIndexOf('\n');
  return last === 0 ? undefined : index + last + 1;
}

function addSentence(sentences: Sentence[], text: string, from: number, to: number, ends: boolean): void {
  let start = skipSpace(text, from, to);
  while (start < to) {
    const end = to - start > LONGEST_SENTENCE_IN_CHARACTERS ? splitPoint(text, start) : to;
    const piece = text.slice(start, end).trimEnd();
    const next = skipSpace(text, end, to);
    sentences.push({ text: piece, start, ends: ends && next === to });
    start = next;
  }
}

/** The last white space within the longest length; without one that length, or one less to keep a surrogate pair. */
function splitPoint(text: string, start: number): number {
  const limit = start + LONGEST_SENTENCE_IN_CHARACTERS;
  for (let end = limit; end > start; end--) if (/\s/.test(text[end] ?? '')) return end;
  return (text.codePointAt(limit - 1) ?? 0) > 0xffff ? limit - 1 : limit;
}

function skipSpace(text: string, from: number, to: number): number {
  let position = from;
  while (position < to && /\s/.test(text[position] ?? '')) position++;
  return position;
}

function endsSentence(text: string, start: number, markStart: number, end: number): boolean {
  if (end < text.length && !/\s/.test(text[end] ?? '')) return false;
  const next = /^\s+["'“‘([]*([\p{L}\p{N}][\p{L}\p{N}'’]*)/u.exec(text.slice(end, end + 40))?.[1];
  if (next === undefined || text[markStart] !== '.') return true;
  if (/^\p{Ll}/u.test(next)) return false;
  let wordStart = markStart;
  while (wordStart > start && !BEFORE_WORD.test(text[wordStart - 1] ?? '')) wordStart--;
  const lastWord = text.slice(wordStart, markStart);
  // "..." after a word, or a full stop after a bracket, is not an abbreviation.
  if (text[markStart + 1] === '.' || lastWord === '') return true;
  if (/^(?:\p{L}\.)+\p{L}$/u.test(lastWord)) return OPENERS.has(next.toLowerCase());
  if (/^\p{Lu}$/u.test(lastWord) && lastWord !== 'I') return false;
  const shortened = lastWord.toLowerCase();
  return !ABBREVIATIONS.has(shortened) && !(NUMBERED.has(shortened) && /^\p{N}/u.test(next));
}
