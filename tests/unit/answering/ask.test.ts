import type { AnswerEvent } from '../../../lib/answering/answer';
import type { AskDependencies } from '../../../lib/answering/ask';
import { createQuestionQueue } from '../../../lib/answering/questionQueue';
import { ask } from '../../../lib/answering/ask';
import type { Embedder } from '../../../lib/embedding/embedder';
import { passage } from '../../support/passages';

const never = new Promise<never>(() => undefined);
const found = passage({ docId: 'a', text: 'The debt fell.' });

function dependencies(changed: Partial<AskDependencies>, timeoutInMilliseconds = 100): AskDependencies {
  const embedder = { embed: () => Promise.resolve([[1]]), fusion: { lexical: 1, dense: 0 } } as unknown as Embedder;
  return {
    embedder,
    vectors: {
      search: () => Promise.resolve({ lexical: [{ id: '1', ...found, score: 1 }], dense: [] }),
      payloadsOf: () => Promise.resolve(new Map([['1', found]])),
    } as unknown as AskDependencies['vectors'],
    documents: { current: () => Promise.resolve([found]) },
    answerer: {
      model: 'm',
      async *stream({ question }) {
        yield { type: 'token', text: 'It fell.' };
        yield {
          type: 'answer',
          answer: { question, answer: 'It fell.', citations: [], marks: [], sentences: [], model: 'm' },
        };
      },
    },
    questions: createQuestionQueue({ atWork: 1, waiting: 1 }),
    answerTimeoutInMilliseconds: timeoutInMilliseconds,
    ...changed,
  };
}

async function eventsOf(asked: AskDependencies): Promise<AnswerEvent['type'][]> {
  const types: AnswerEvent['type'][] = [];
  for await (const { type } of await ask(asked, { access: 'everything', question: 'What about the debt?' }, 'ada'))
    types.push(type);
  return types;
}

test('tokens come before the answer', async () => {
  expect(await eventsOf(dependencies({}, 10_000))).toEqual(['token', 'answer']);
});

test.each<[string, Partial<AskDependencies>]>([
  ['a vector index', { vectors: { search: () => never } as unknown as AskDependencies['vectors'] }],
  ['a database', { documents: { current: () => never } }],
  [
    'an answerer',
    {
      answerer: {
        model: 'm',
        async *stream() {
          yield { type: 'token', text: 'It ' };
          await never;
        },
      },
    },
  ],
])('%s that does not respond ends the question after the time limit', async (_name, hanging) => {
  await expect(eventsOf(dependencies(hanging))).rejects.toMatchObject({ code: 'ANSWER_TIMEOUT', status: 504 });
});
