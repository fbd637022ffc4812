import { once } from 'node:events';
import type { AnswerEvent } from '../../../lib/answering/answer';
import type { AskDependencies } from '../../../lib/answering/ask';
import { createQuestionQueue } from '../../../lib/answering/questionQueue';
import { ask } from '../../../lib/answering/ask';
import type { Embedder } from '../../../lib/embedding/embedder';
import { passage } from '../../support/passages';
import { unrecordedUsage } from '../../support/usage';

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
    documents: { current: () => Promise.resolve([found]), exists: () => Promise.resolve(true) },
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
    ...unrecordedUsage(),
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
  ['a database', { documents: { current: () => never, exists: () => never } }],
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

test('a caller who goes ends the work of its question, and the next one starts', async () => {
  const caller = new AbortController();
  let ended: AbortSignal | undefined;
  const asked = dependencies(
    {
      answerer: {
        model: 'm',
        async *stream({ signal }) {
          ended = signal;
          yield { type: 'token', text: 'It ' };
          if (signal?.aborted === false) await once(signal, 'abort');
        },
      },
    },
    10_000,
  );
  const question = { access: 'everything' as const, question: 'What?', gone: caller.signal };
  const reading = (async () => {
    for await (const { type } of await ask(asked, question, 'ada')) if (type === 'token') caller.abort();
  })();
  const waiting = ask(asked, { ...question, gone: undefined }, 'bob');
  await expect(reading).rejects.toMatchObject({ code: 'ANSWER_CANCELLED', status: 499 });
  expect(ended?.aborted).toBe(true);
  await (await waiting).return(undefined);
});

test('a question whose caller goes while it waits leaves the queue', async () => {
  const asked = dependencies({}, 10_000);
  const question = { access: 'everything' as const, question: 'What?' };
  const first = await ask(asked, question, 'ada');
  const caller = new AbortController();
  const waiting = ask(asked, { ...question, gone: caller.signal }, 'bob');
  caller.abort();
  await expect(waiting).rejects.toMatchObject({ code: 'ANSWER_CANCELLED' });
  const next = ask(asked, question, 'cy');
  for await (const _ of first);
  expect((await (await next).next()).value).toMatchObject({ type: 'token' });
});
