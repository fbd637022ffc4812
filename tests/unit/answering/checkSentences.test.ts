import { CitationMarkers } from '../../../lib/answering/citations/citationMarkers';
import { joinTokens } from '../../../lib/answering/joinTokens';
import { answerSentences } from '../../../lib/answering/support/answerSentences';
import { checkSentences } from '../../../lib/answering/support/checkSentences';
import { datesIn } from '../../../lib/answering/support/dates';
import { numbersIn } from '../../../lib/answering/support/numbers';
import { plainText } from '../../../lib/answering/support/plainText';
import { passage } from '../../support/passages';

const PASSAGES = [
  passage({
    text: 'We owe nothing to Spain. The treaty of 1819 settled every claim between us.',
    publishedAt: '1821-12-03',
  }),
  passage({ text: 'The cost was 12 million dollars, of which 3,500,000 were paid in gold.' }),
  passage({ text: 'The committee noted [4] that “the canal was not finished in that year”.' }),
  passage({
    text: 'The treaty was signed on the 3rd of May, 1802 in Paris, though the king did not ratify it. Twelve million dollars were paid. He refused to sell the fleet. The war was "just", wrote the general. The land\u00adholders came on June 7.',
    publishedAt: '1803-01-01',
  }),
];

function check(answer: string): [boolean, string[]][] {
  const markers = new CitationMarkers(PASSAGES.length);
  const { answer: text, marks } = joinTokens([...markers.push(answer), ...markers.finish()]);
  const cited = markers.cited.flatMap((number) => PASSAGES[number - 1] ?? []);
  return checkSentences(answerSentences(text, marks), cited).map(({ supported, faults }) => [supported, faults]);
}

test.each([
  'We owe nothing to Spain [1].',
  'The treaty of 1819 settled every claim [1].',
  'On December 3, 1821, every claim was settled by the treaty [1].',
  'The cost was 12,000,000 dollars [2].',
  'About 3.5 million dollars of the cost were paid in gold [2].',
  'He said: "We owe nothing to Spain" [1].',
  'The committee noted (4) that "the canal was not finished in that year" [3].',
  'We owe nothing to Spain. [1]',
  'The cost was 12 million dollars and we owe nothing to Spain [1][2].',
])('is supported: %s', (sentence) => {
  expect(check(sentence)).toEqual([[true, []]]);
});

test.each([
  ['We owe everything to Spain [1].', 'negation'],
  ['The canal was finished in that year [3].', 'negation'],
  ['The cost was 99 billion dollars [2].', 'number'],
  ['The treaty of 1820 settled every claim [1].', 'number'],
  ['He said "we owe a great deal to Spain" [1].', 'quotation'],
  ['The governor resigned because of his health [1].', 'words'],
  ['We owe nothing to Spain.', 'no-citation'],
  ['We owe nothing to Spain [2].', 'words'],
])('is not supported: %s (%s)', (sentence, fault) => {
  const [[isSupported, faults] = [true, []]] = check(sentence);
  expect(isSupported).toBe(false);
  expect(faults).toContain(fault);
});

test('each sentence is checked against its own citations, and an introduction is no statement', () => {
  expect(check('Two points:\n- We owe nothing to Spain [1].\n\n- The cost was 7 dollars. [2] More follows.')).toEqual([
    [true, []],
    [false, ['number']],
    [false, ['no-citation']],
  ]);
});

test.each([
  '“We owe nothing to Spain. The treaty of 1819 settled every claim” [1].',
  'He wrote: "We owe nothing to Spain. The treaty of 1819 settled every claim between us." [1] Spain and the treaty of 1819 [1].',
  '«Nothing to Spain. The treaty» is what he wrote [1].',
  'He wrote „nothing to Spain“ [1].',
  'He wrote ‘nothing to Spain. The treaty of 1819’ [1].',
  '"We owe nothing … The treaty of 1819 settled every claim" [1].',
  'He wrote that "[t]he treaty of 1819 settled every claim" [1].',
  'The general called the war "just" [4].',
  'He wrote that "the landholders came" [4].',
  'The "noble" treaty was signed in Paris [4].',
  'The so-called "noble" treaty was signed in Paris [4].',
])('a true quotation, or a word that is only set apart, is supported: %s', (answer) => {
  const sentences = check(answer);
  expect(sentences).toHaveLength(answer.split(' [').length - 1);
  expect(sentences.filter(([isSupported]) => !isSupported)).toEqual([]);
});

test.each([
  '“We owe nothing to Spain. The treaty of 1819 settled no claim” [1].',
  'The general called the war "cruel" [4].',
  'It is, he said, a "noble cause" of the treaty in Paris [4].',
  '"Unjust" [4].',
  'He wrote that "the treaty … was … to Spain" [1].',
  // What is left out denies what is quoted.
  'He wrote: "The king did … ratify it" [4].',
  'He wrote ‘we owe everything to Spain’ [1].',
])('an invented quotation is not supported: %s', (answer) => {
  expect(check(answer)[0]?.[1]).toContain('quotation');
});

test.each([
  'Dollars were paid: 12.000.000 [4].',
  'Dollars were paid: 12 000 000 [4].',
  "Dollars were paid: 12'000'000 [4].",
  'Dollars were paid: 12\u202f000\u202f000 [4].',
  'Dollars were paid: １２ million [4].',
  '12 million dollars were paid [4].',
  'Dollars were paid, $12m [4].',
  'The treaty was signed on 3 May 1802 [4].',
  'The treaty was signed on 1802-05-03 [4].',
  'The treaty was signed on May 3, 1802 [4].',
  'The treaty was signed on 3.5.1802 in Paris [4].',
  'The treaty was signed on the third of May 1802 [4].',
  'The treaty was signed in May 1802 [4].',
  'The treaty was signed in the 1800s [4].',
  'The landholders came on June 7, 1803 [4].',
  'The landholders came on the 7th [4].',
  'The document gives two reasons why the treaty was signed in Paris [4].',
])('a number or date in another form is supported: %s', (answer) => {
  expect(check(answer)).toEqual([[true, []]]);
});

test.each([
  'Dollars were paid: 13.000.000 [4].',
  'Dollars were paid: 12 000 [4].',
  'Dollars were paid: ９９ million [4].',
  'Dollars were paid: ninety-nine million [4].',
  'The treaty was signed on 4 May 1802 [4].',
  'The treaty was signed on May 3, 1803 [4].',
  'The treaty was signed on 1802-03-05 [4].',
  'The treaty was signed in June 1802 [4].',
  'The treaty was signed in nineteen forty-four in Paris [4].',
  'The treaty was signed seven times in Paris [4].',
])('another number or date is not supported: %s', (answer) => {
  expect(check(answer)[0]?.[1]).toEqual(['number']);
});

test.each([
  ['The treaty was signed in Paris [4].', true],
  ['The treaty was not signed in Paris [4].', false],
  ["The treaty wasn't signed in Paris [4].", false],
  ['The king did not ratify the treaty [4].', true],
  ['The king ratified it [4].', false],
  ['He would not sell the fleet [4].', true],
  ['He refused to sell the fleet [4].', true],
  ['He sold the fleet [4].', false],
  ['Not only was the treaty signed in Paris, twelve million dollars were paid [4].', true],
])('a negation counts where it is near the words: %s %s', (answer, isSupported) => {
  const [[found, faults] = [undefined, []]] = check(answer);
  expect([found, faults]).toEqual([isSupported, isSupported ? [] : ['negation']]);
});

test('a full stop beside a mark ends a sentence, also before a word in lower case', () => {
  expect(check('We owe nothing to Spain [1]. iron is dear [1]. We owe nothing. [1] iron is dear. [1]')).toEqual([
    [true, []],
    [false, ['words']],
    [true, []],
    [false, ['words']],
  ]);
});

test.each([
  ['12,000,000 and 12 million and twelve million', ['12000000', '12000000', '12000000']],
  ["12.000.000, 12 000 000, 12'000'000, 12’000’000, 1,20,00,000", Array.from({ length: 5 }, () => '12000000')],
  ['3.5 million, 3,500,000, 3½ million', ['3500000', '3500000', '3500000']],
  ['12.000', ['12000', '12']],
  ['12 300', ['12300', '12+300']],
  ['in 1862, on the 1st', ['1862', '1', 'day 1']],
  ['two hundred thousand, 200 thousand, two dozen', ['200000', '200000', '24']],
  ['nineteen forty-four, nineteen hundred', ['1944', '19+44', '1900']],
  ['12m, 3bn, 4x4', ['12m', '12000000', '3bn', '3000000000', '4x']],
  ['A12 b3c 4.', ['4']],
  ["the year 1821's 7 ships, text²", ['1821', '7']],
  ['٣ ships and ７', ['3', '7']],
  ['millions of people', []],
])('the numbers of %j are %j', (text, expected) => {
  const values = numbersIn(plainText(text)).flatMap(({ readings }) => readings.map((reading) => reading.join('+')));
  expect(values.toSorted()).toEqual(expected.toSorted());
});

test.each([
  ['12 May 1944, 12th of May 1944, May 12, 1944, 1944-05-12', Array.from({ length: 4 }, () => '1944-05-12')],
  ['12.5.1944', ['1944-05-12', '1944-12-05']],
  ['the twenty-first of March', ['--03-21']],
  ['in May 1944', ['1944-05']],
  ['40 May, may 5000 come', ['5000-05']],
])('the dates of %j are %j', (text, expected) => {
  expect(datesIn(text).flatMap(({ readings }) => readings)).toEqual(expected);
});

test('a passage is read a fixed number of times, however many sentences cite it', () => {
  const readsOf = (sentences: number): number => {
    let reads = 0;
    const counted = passage({ text: '' });
    Object.defineProperty(counted, 'text', {
      get: () => {
        reads += 1;
        return 'We owe nothing to Spain. The treaty of 1819 settled every claim between us.';
      },
    });
    const statement = 'The treaty of 1819 settled every claim [1]. ';
    const text = statement.repeat(sentences);
    const marks = [...text.matchAll(/\[1\]/g)].map(({ index }) => ({ start: index, end: index + 3, citation: 1 }));
    const checked = checkSentences(answerSentences(text, marks), [counted]);
    expect(checked).toHaveLength(sentences);
    expect(checked.every(({ supported }) => supported)).toBe(true);
    return reads;
  };
  expect(readsOf(400)).toBe(readsOf(2));
});
