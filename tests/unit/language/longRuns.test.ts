import vm from 'node:vm';
import { readVocabulary } from '../../../lib/embedding/useLite/weights';
import { MAX_TOKENS, Tokenizer } from '../../../lib/embedding/useLite/tokenizer';
import { chunkText } from '../../../lib/language/chunkText';
import { encodeText } from '../../../lib/language/sparseText';
import { LONGEST_SENTENCE_IN_CHARACTERS, splitSentences } from '../../../lib/language/splitSentences';
import type { AnswerToken } from '../../../lib/answering/answer';
import { CitationMarkers } from '../../../lib/answering/citations/citationMarkers';
import { citeAnswer } from '../../../lib/answering/citations/citeAnswer';
import { joinTokens } from '../../../lib/answering/joinTokens';
import { answerSentences } from '../../../lib/answering/support/answerSentences';
import { checkSentences } from '../../../lib/answering/support/checkSentences';
import { passage } from '../../support/passages';

const CHARACTERS = 200_000;

/** Texts of a million characters: runs of each kind of character, alone, between words, and mixed. */
const units = {
  dots: '.',
  'dots and quotes': '."',
  'quotes and dots': '".',
  ellipses: '…',
  'question marks': '?!',
  spaces: ' ',
  tabs: '\t',
  'no-break spaces': '\u00a0',
  'line ends': '\n',
  'carriage returns': '\r',
  'line ends and spaces': '\n ',
  'line ends between letters': '\nx',
  quotes: '"',
  'opening quotes': '“',
  'closing quotes': '”',
  apostrophes: "'",
  'opening brackets': '(',
  'closing brackets': ')',
  'square brackets': '[',
  'pairs of brackets': '[1] ',
  'small letters': 'a',
  'capital letters': 'A',
  'letters that are vowel and consonant in turn': 'y',
  'letters before each y': 'ay',
  suffixes: 'ational',
  digits: '7',
  'digits and dots': '1.',
  'letters and dots': 'U.',
  initials: 'A. ',
  abbreviations: 'mr. ',
  'sentences that go on in lower case': 'e.g. so ',
  words: 'word ',
  'Chinese characters': '字',
  'surrogate pairs': '😀',
  'accented letters': 'é',
  accents: '\u0301',
  'accents above and below': '\u0301\u0316',
  'half-width voiced marks': '\uff9e\uff9f',
  Hangul: '\u1100\u1161\u11a8',
  'marks of the chunker': '\uFDD0',
  'zero-width joiners': '\u200d',
  'right-to-left marks': '\u202e',
  everything: 'He said: “No... (really?!)”\n\n[1] U.S. 3.5 😀 e\u0301\u0316 — \t"x".y',
};
const runs = Object.entries(units).flatMap(([name, unit]) => {
  const run = unit.repeat(Math.floor(CHARACTERS / unit.length));
  return [
    { name, text: run },
    { name: `${name} before a letter`, text: `Look ${run}x and see. Done.` },
  ];
});

/** Ends the work at the time limit: a test runner cannot end work that does not return to it. */
function within<T>(work: () => T): T {
  return vm.runInNewContext('work()', { work }, { timeout: 50_000 }) as T;
}

/** One of each class for what takes longer. */
const fewRuns = runs.filter(({ name }) =>
  /^(dots|spaces|line ends|quotes|pairs|letters that|digits|surr|accents above|every).* before a letter$/.test(name),
);

const tokenizer = readVocabulary().then((vocabulary) => new Tokenizer(vocabulary));

test.each(runs)('sentences of a million characters: $name', ({ text }) => {
  const sentences = within(() => splitSentences(text));
  let covered = 0;
  for (const { text: sentence, start } of sentences) {
    if (sentence.length > LONGEST_SENTENCE_IN_CHARACTERS || sentence === '')
      throw new Error(`length ${sentence.length}`);
    if (!text.startsWith(sentence, start)) throw new Error(`not the text at ${start}`);
    if (text.slice(covered, start).trim() !== '') throw new Error(`text is left out at ${covered}`);
    covered = start + sentence.length;
  }
  expect(text.slice(covered).trim()).toBe('');
  expect(sentences.some(({ text: sentence }) => /\p{Surrogate}/u.test(sentence))).toBe(false);
});

test.each(fewRuns)('terms, tokens and chunks of a million characters: $name', async ({ text }) => {
  const terms = within(() => encodeText(text));
  expect(terms.indices).toHaveLength(terms.values.length);
  const encoder = await tokenizer;
  expect(within(() => encoder.encode(text)).length).toBeLessThanOrEqual(MAX_TOKENS);

  const chunks = await chunkText(text);
  let end = 0;
  for (const chunk of chunks) {
    if (chunk.text.length > 1002 || !text.startsWith(chunk.text, chunk.start)) throw new Error(`chunk ${chunk.start}`);
    if (text.slice(end, chunk.start).trim() !== '') throw new Error(`text is left out at ${end}`);
    end = chunk.start + chunk.text.length;
  }
  expect(text.slice(end).trim()).toBe('');
});

test.each(fewRuns)('an answer of a million characters: $name', ({ text }) => {
  const passages = [passage({ text: 'We owe nothing to Spain. It is over.' })];
  const markers = new CitationMarkers(1);
  const { answer, marks } = within(() => {
    const tokens: AnswerToken[] = [];
    for (let start = 0; start < text.length; start += 7) tokens.push(...markers.push(text.slice(start, start + 7)));
    return joinTokens([...tokens, ...markers.push('\n\n[1]'), ...markers.finish()]);
  });
  expect(answer.replace(/\[1\]|\s/g, '')).toBe(text.replace(/\[1\]|\s/g, ''));
  const sentences = within(() => answerSentences(answer, marks));
  within(() => checkSentences(sentences, [passage({ text }), ...passages]));
  const [citation] = within(() => citeAnswer(sentences, passages));
  expect(passages[0]?.text).toContain(citation?.quote);
});
