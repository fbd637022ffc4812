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

const END = /[.!?…]+["'”’)\]]*(?=\s|$)|\n\s*\n/g;

/**
 * Sentences of English prose in order. A full stop ends one unless it follows an abbreviation (`Mr.`), an initial
 * (`George W. Bush`), letters with stops (`U.S.`) before what looks like a name, or the next word is in lower case. An
 * empty line always ends one.
 */
export function splitSentences(text: string): Sentence[] {
  const sentences: Sentence[] = [];
  let start = 0;
  for (const match of text.matchAll(END)) {
    const end = match.index + match[0].length;
    const isBreak = match[0].startsWith('\n');
    if (!isBreak && !endsSentence(text.slice(start, match.index), match[0], text.slice(end, end + 40))) continue;
    addSentence(sentences, text, start, end, !isBreak);
    start = end;
  }
  addSentence(sentences, text, start, text.length, false);
  return sentences;
}

function addSentence(sentences: Sentence[], text: string, from: number, to: number, ends: boolean): void {
  const raw = text.slice(from, to);
  const trimmed = raw.trim();
  if (trimmed !== '') sentences.push({ text: trimmed, start: from + raw.indexOf(trimmed), ends });
}

function endsSentence(before: string, mark: string, after: string): boolean {
  const next = /^\s+["'“‘([]*([\p{L}\p{N}][\p{L}\p{N}'’]*)/u.exec(after)?.[1];
  if (next === undefined || !mark.startsWith('.')) return true;
  if (/^\p{Ll}/u.test(next)) return false;
  const lastWord = /[^\s("“‘[]*$/.exec(before)?.[0] ?? '';
  // "..." after a word, or a full stop after a bracket, is not an abbreviation.
  if (mark.startsWith('..') || lastWord === '') return true;
  if (/^(?:\p{L}\.)+\p{L}$/u.test(lastWord)) return OPENERS.has(next.toLowerCase());
  if (/^\p{Lu}$/u.test(lastWord) && lastWord !== 'I') return false;
  const shortened = lastWord.toLowerCase();
  return !ABBREVIATIONS.has(shortened) && !(NUMBERED.has(shortened) && /^\p{N}/u.test(next));
}
