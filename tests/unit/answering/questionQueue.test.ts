import { createQuestionQueue, type QuestionQueue } from '../../../lib/answering/questionQueue';

const patient = new AbortController().signal;

/** Asks, and keeps in `started` the order in which questions may start. */
function asking(queue: QuestionQueue, started: string[]) {
  const ends = new Map<string, () => void>();
  const enter = (name: string, signal = patient): Promise<string> =>
    queue.enter(name.slice(0, 1), signal).then(
      (end) => {
        started.push(name);
        ends.set(name, end);
        return 'started';
      },
      (error: { code: string }) => error.code,
    );
  const end = async (name: string): Promise<void> => {
    ends.get(name)?.();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { enter, end };
}

it('starts as many as it may, lets the others wait, and refuses what is over the limit at once', async () => {
  const started: string[] = [];
  const { enter, end } = asking(createQuestionQueue({ atWork: 2, waiting: 1 }), started);
  const [, , third, fourth] = [enter('a1'), enter('a2'), enter('a3'), enter('a4')];
  expect(await fourth).toBe('QUESTIONS_TOO_MANY');
  expect(started).toEqual(['a1', 'a2']);
  await end('a1');
  expect(await third).toBe('started');
});

it('lets callers take turns', async () => {
  const started: string[] = [];
  const { enter, end } = asking(createQuestionQueue({ atWork: 1, waiting: 10 }), started);
  for (const name of ['a1', 'a2', 'a3', 'b1', 'c1']) void enter(name);
  for (let index = 0; index < 5; index += 1) {
    await new Promise((resolve) => setImmediate(resolve));
    await end(started.at(-1) ?? '');
  }
  expect(started).toEqual(['a1', 'a2', 'b1', 'c1', 'a3']);
});

it('makes room for another caller when one has filled the queue', async () => {
  const started: string[] = [];
  const { enter } = asking(createQuestionQueue({ atWork: 1, waiting: 3 }), started);
  const [, , , fourth] = [enter('a1'), enter('a2'), enter('a3'), enter('a4')];
  void enter('b1');
  expect(await fourth).toBe('QUESTIONS_TOO_MANY');
  expect(await enter('a5')).toBe('QUESTIONS_TOO_MANY');
});

it('forgets a question whose time has ended while it waited', async () => {
  const started: string[] = [];
  const { enter, end } = asking(createQuestionQueue({ atWork: 1, waiting: 1 }), started);
  await enter('a1');
  const impatient = new AbortController();
  const second = enter('a2', impatient.signal);
  impatient.abort(new DOMException('too late', 'TimeoutError'));
  expect(await second).toBe('ANSWER_TIMEOUT');
  const third = enter('a3');
  await end('a1');
  expect(await third).toBe('started');
  expect(started).toEqual(['a1', 'a3']);
});

it('ends a question once, however often its end is reported', async () => {
  const queue = createQuestionQueue({ atWork: 1, waiting: 5 });
  const end = await queue.enter('a', patient);
  end();
  end();
  const started: string[] = [];
  const { enter } = asking(queue, started);
  void enter('b1');
  void enter('b2');
  await new Promise((resolve) => setImmediate(resolve));
  expect(started).toEqual(['b1']);
});
