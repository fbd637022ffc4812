import { splitSentences } from '../../../lib/language/splitSentences';

test.each([
  ['One. Two! Three? Four', ['One.', 'Two!', 'Three?', 'Four']],
  ['I met Mr. Jefferson and Dr. King. They spoke.', ['I met Mr. Jefferson and Dr. King.', 'They spoke.']],
  ['The U.S. Congress met. It was cold.', ['The U.S. Congress met.', 'It was cold.']],
  ['They live in the U.S. The economy grows.', ['They live in the U.S.', 'The economy grows.']],
  ['George W. Bush spoke. Nobody left.', ['George W. Bush spoke.', 'Nobody left.']],
  ['It cost $3.5 million. See No. 5 and p. 7.', ['It cost $3.5 million.', 'See No. 5 and p. 7.']],
  ['He said, “It is over.” Then he left.', ['He said, “It is over.”', 'Then he left.']],
  ['It rose 4 percent, i.e. more than ever. Good.', ['It rose 4 percent, i.e. more than ever.', 'Good.']],
  ['It ended in 1803. 1804 was better.', ['It ended in 1803.', '1804 was better.']],
  ['So did I. We left.', ['So did I.', 'We left.']],
  ['Wait... no. Really?! Yes.', ['Wait... no.', 'Really?!', 'Yes.']],
  ['HEADING\n\nThe text\ngoes on. End.', ['HEADING', 'The text\ngoes on.', 'End.']],
  ['', []],
])('%j', (text, expected) => {
  const sentences = splitSentences(text);
  expect(sentences.map((sentence) => sentence.text)).toEqual(expected);
  for (const { start, text: sentence } of sentences) expect(text.slice(start, start + sentence.length)).toBe(sentence);
});

test('marks an incomplete last sentence', () => {
  expect(splitSentences('It ends. It does not').map(({ ends }) => ends)).toEqual([true, false]);
});
