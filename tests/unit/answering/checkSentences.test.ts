import { checkSentences } from '../../../lib/answering/checkSentences';
import { CitationMarkers } from '../../../lib/answering/citationMarkers';
import { numbersIn } from '../../../lib/answering/numbersIn';
import { passage } from '../../support/passages';

const PASSAGES = [
  passage({
    text: 'We owe nothing to Spain. The treaty of 1819 settled every claim between us.',
    publishedAt: '1821-12-03',
  }),
  passage({ text: 'The cost was 12 million dollars, of which 3,500,000 were paid in gold.' }),
  passage({ text: 'The committee noted [4] that “the canal was not finished in that year”.' }),
];

function check(answer: string): [boolean, string[]][] {
  const markers = new CitationMarkers(PASSAGES.length);
  const text = markers.push(answer) + markers.finish();
  const cited = markers.cited.flatMap((number) => PASSAGES[number - 1] ?? []);
  return checkSentences(text, markers.marks, cited).map(({ supported, faults }) => [supported, faults]);
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
  ['12,000,000 and 12 million and twelve million', ['12000000']],
  ['3.5 million, 3,500,000', ['3500000']],
  ['in 1862, on the 1st of 2-3', ['1862', '1', '2', '3']],
  ['two hundred thousand, 200 thousand', ['200000']],
  ['A12 b3c 4.', ['4']],
])('the numbers of %j are %j', (text, expected) => {
  expect([...numbersIn(text)]).toEqual(expected);
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
    const checked = checkSentences(text, marks, [counted]);
    expect(checked).toHaveLength(sentences);
    expect(checked.every(({ supported }) => supported)).toBe(true);
    return reads;
  };
  expect(readsOf(400)).toBe(readsOf(2));
});
