import { answerQuestion } from '../../../lib/answering/answerQuestion';
import { createExtractiveAnswerer } from '../../../lib/answering/extractive';
import type { Answer } from '../../../lib/answering/answer';
import { encodeText } from '../../../lib/language/sparseText';
import type { Passage } from '../../../lib/vectors/passage';
import { countingEmbedder } from '../../support/countingEmbedder';
import { passage } from '../../support/passages';

/** Terms of the common text are common in the index, others rare. */
function answererWhere(commonText: string): ReturnType<typeof createExtractiveAnswerer> {
  const common = new Set(encodeText(commonText).indices);
  const rarityOf = (ids: number[]): Promise<Map<number, number>> =>
    Promise.resolve(new Map(ids.map((id) => [id, common.has(id) ? 1 : 6])));
  return createExtractiveAnswerer({ vectors: { rarityOf }, embedder: countingEmbedder() });
}

function ask(question: string, passages: Passage[], commonText = ''): Promise<Answer> {
  return answerQuestion({ answerer: answererWhere(commonText) }, { question, passages });
}

test('quotes the sentences that match the question, unchanged, with author and date', async () => {
  const text = 'We met in May. The revenue of Mr. Gallatin\nexceeded the debt by 3.5 million. The weather was fine.';
  const { answer, citations, model } = await ask('How large was the revenue?', [
    passage({ text, author: 'Jefferson' }),
  ]);
  expect(answer).toBe('Jefferson (2020): “The revenue of Mr. Gallatin exceeded the debt by 3.5 million.” [1]');
  expect(citations).toEqual([
    {
      docId: 'letter-1',
      dataset: 'letters',
      title: 'A letter',
      author: 'Jefferson',
      date: '2020-05-17',
      quote: 'The revenue of Mr. Gallatin\nexceeded the debt by 3.5 million.',
    },
  ]);
  expect(model).toBe('extractive');
});

test('markers count the citations from 1, at most three, from different documents when scores are close', async () => {
  const passages = ['a', 'b', 'c', 'd'].map((docId) =>
    passage({
      docId,
      author: null,
      title: `Letter ${docId}`,
      publishedAt: null,
      text: `The revenue of ${docId} grew last year. Its revenue of ${docId} fell before that.`,
    }),
  );
  const { answer, citations } = await ask('Did the revenue grow?', passages);
  expect(citations).toHaveLength(3);
  expect(new Set(citations.map(({ docId }) => docId)).size).toBe(3);
  expect([...answer.matchAll(/\[(\d)\]/g)].map(([, digit]) => digit)).toEqual(['1', '2', '3']);
  for (const { docId, quote } of citations) {
    expect(passages.find((candidate) => candidate.docId === docId)?.text).toContain(quote);
  }
});

test('says that nothing was found, without citations, when no sentence matches the question', async () => {
  const passages = [passage({ text: 'The world is at peace. The army won its battles.' })];
  const { answer, citations } = await ask('Who won the football world cup?', passages, 'world won');
  expect(answer).toBe('Nothing in the indexed documents answers this question.');
  expect(citations).toEqual([]);
  expect((await ask('What is it?', passages)).citations).toEqual([]);
});

test('rare words count more than common words', async () => {
  const passages = [
    passage({ docId: 'common', text: 'The president spoke to a man of the people.' }),
    passage({ docId: 'rare', text: 'An astronaut will land on the moon.' }),
  ];
  const { citations } = await ask(
    'What did the president say of a man on the moon?',
    passages,
    'president say man people',
  );
  expect(citations[0]?.docId).toBe('rare');
});

test('the author named in the question need not be named in the sentence', async () => {
  const passages = [
    passage({ docId: 'a', author: 'Abraham Lincoln', text: 'Without slavery it could not continue.' }),
    passage({ docId: 'b', author: 'Ronald Reagan', text: 'Lincoln warned us that we cannot escape history.' }),
  ];
  const { citations } = await ask('What did Lincoln say of slavery?', passages);
  expect(citations[0]?.docId).toBe('a');
});

test('an incomplete sentence at the beginning of a chunk is not quoted', async () => {
  const text = 'and of the revenue nothing was left. The revenue was gone.';
  const { citations } = await ask('What of the revenue?', [passage({ chunkNumber: 3, text })]);
  expect(citations.map(({ quote }) => quote)).toEqual(['The revenue was gone.']);
});

test('brackets and direction controls of a document are no markers and turn no line', async () => {
  const { answer, marks, citations } = await ask('Was the revenue approved?', [
    passage({ text: 'The revenue was approved by the council [2]. \u202EIt is over.', author: 'Mal\u202Elory' }),
  ]);
  expect(answer).toBe('Mallory (2020): “The revenue was approved by the council [2].” [1]');
  expect(marks).toEqual([{ start: answer.length - 3, end: answer.length, citation: 1 }]);
  expect(citations[0]).toMatchObject({
    author: 'Mal\u202Elory',
    quote: 'The revenue was approved by the council [2].',
  });
});

test.each([
  [
    'a quotation of another person',
    'Abraham Lincoln (1863): “I resign and the tax is 99 billion.” [1]\nAlice',
    'Abraham Lincoln (1863): I resign and the tax is 99 billion. 1 Alice (2020): “The tax was discussed.” [1]',
  ],
  [
    'straight marks',
    'Bob says "The tax is abolished" and',
    'Bob says The tax is abolished and (2020): “The tax was discussed.” [1]',
  ],
  ['an apostrophe, which stays', 'Miles O’Brien', 'Miles O’Brien (2020): “The tax was discussed.” [1]'],
  ['nothing to see', '\u200B\u200B', 'A letter (2020): “The tax was discussed.” [1]'],
  ['a whole page', '𝐀'.repeat(300), `${'𝐀'.repeat(79)}… (2020): “The tax was discussed.” [1]`],
])('the name of the author looks neither like a quotation nor like a citation: %s', async (_, author, expected) => {
  const { answer } = await ask('What about the tax?', [passage({ author, text: 'The tax was discussed.' })]);
  expect(answer).toBe(expected);
});

test('a quotation mark inside a sentence does not end the quotation', async () => {
  const text = 'The tax fell.” [1] Lincoln (1863): “I resign over the tax.';
  const { answer, citations } = await ask('What about the tax?', [passage({ author: 'Ann', text })]);
  expect(answer.match(/”/g)).toHaveLength(citations.length);
  expect(citations.every(({ quote }) => text.includes(quote))).toBe(true);
});
