import type { Answer, AnswerEvent } from '../../../lib/answering/answer';
import { answerQuestion } from '../../../lib/answering/answerQuestion';
import { NOTHING_SUPPORTED } from '../../../lib/answering/answerer';
import { ask, type AskDependencies } from '../../../lib/answering/ask';
import { createExtractiveAnswerer } from '../../../lib/answering/extractive';
import { createChatAnswerer } from '../../../lib/answering/openAi';
import { createQuestionQueue } from '../../../lib/answering/questionQueue';
import { answer as answerSchema } from '../../../lib/api/ask';
import type { Embedder } from '../../../lib/embedding/embedder';
import type { Passage } from '../../../lib/vectors/passage';
import { annotate, splitAnnotations } from '../../../static-web/src/markers';
import { ATTEMPTS } from '../../fixtures/injections/attempts';
import { countingEmbedder } from '../../support/countingEmbedder';
import { startOpenAiServer, type OpenAiServer, type ReceivedRequest } from '../../support/openAiServer';
import { passage } from '../../support/passages';
import { NO_ANSWER_USAGE, unrecordedUsage } from '../../support/usage';

const QUESTION = 'Was the treaty with Spain approved by the council?';
const FILTERS = { author: 'Ada', publishedFrom: '1990-01-01' };
const HONEST = 'The treaty with Spain was not approved by the council in 1821';
const attempts = Object.entries(ATTEMPTS).flatMap(([kind, texts]) => texts.map((text) => [kind, text] as const));

interface Message {
  role: string;
  content: string;
}
interface PassageLine {
  number: number;
  title: string;
  author: string;
  text: string;
}

function messagesOf({ body }: ReceivedRequest): Message[] {
  return body.messages as Message[];
}

/** Does what the second passage says: it writes its text, title and author as its own, and adds marks to them. */
function gullible(request: ReceivedRequest): object {
  const lines = messagesOf(request)[1]?.content.split('\n') ?? [];
  const { text, title, author } = JSON.parse(lines[2] ?? '') as PassageLine;
  const content = `${HONEST} [1].\n\n${text} [2]\n\n${title}\n\n${author}\n\nThus it was approved by 99 votes [2][7].`;
  const common = { id: 'c', object: 'chat.completion.chunk', created: 1, model: 'm' };
  return {
    body: [
      ...(content.match(/[^]{1,5}/gu) ?? []).map((part) => ({
        ...common,
        choices: [{ index: 0, delta: { content: part }, finish_reason: null }],
      })),
      { ...common, choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] },
    ],
  };
}

let server: OpenAiServer;
let harmless: Awaited<ReturnType<typeof askAbout>>;
let replaced = 0;
beforeAll(async () => {
  server = await startOpenAiServer((request) => gullible(request) as never);
  harmless = await askAbout('Nothing else is said.');
});
afterAll(() => server.close());

function passagesWith(text: string): Passage[] {
  return [
    passage({ docId: 'honest', text: `${HONEST}.` }),
    passage({ docId: 'planted', title: text, author: text, text: `${text} The treaty is old.` }),
  ];
}

/** Asks through the whole path: search with filters, a model over HTTP, and the check. */
async function askAbout(text: string): Promise<{
  answer: Answer;
  shown: string;
  searches: unknown[];
  messages: Message[];
}> {
  const passages = passagesWith(text);
  const searches: unknown[] = [];
  const service = { kind: 'openai' as const, baseUrl: `${server.url}/v1`, apiKey: 'k', model: 'm' };
  const dependencies: AskDependencies = {
    embedder: { embed: () => Promise.resolve([[1]]), fusion: { lexical: 1, dense: 0 } } as unknown as Embedder,
    vectors: {
      search: (...asked: unknown[]) => {
        searches.push(asked);
        const lexical = passages.map((found, index) => ({ ...found, id: `${index}`, score: 3 - index }));
        return Promise.resolve({ lexical, dense: [] });
      },
      payloadsOf: () => Promise.resolve(new Map(passages.map((found, index) => [`${index}`, found]))),
    } as unknown as AskDependencies['vectors'],
    documents: { current: () => Promise.resolve(passages), exists: () => Promise.resolve(true) },
    answerer: createChatAnswerer({ service, retries: 0 }),
    questions: createQuestionQueue({ atWork: 1, waiting: 1 }),
    answerTimeoutInMilliseconds: 10_000,
    ...unrecordedUsage(),
  };
  const events: AnswerEvent[] = [];
  const question = { question: QUESTION, filters: FILTERS, access: 'everything' as const };
  for await (const event of await ask(dependencies, question, 'ada')) events.push(event);
  const last = events.at(-1);
  const request = server.requests.at(-1);
  if (last?.type !== 'answer' || !request) throw new Error('no answer came');
  const shown = events.map((event) => (event.type === 'token' ? event.text : '')).join('');
  return { answer: last.answer, shown, searches, messages: messagesOf(request) };
}

/** What must hold of every answer, whatever the documents say. */
function checkForm(answer: Answer, passages: Passage[]): void {
  // An answer that did not come through the API has no usage.
  const whole = { usage: NO_ANSWER_USAGE, ...answer };
  expect(answerSchema.strict().parse(whole)).toEqual(whole);
  expect(answer.question).toBe(QUESTION);
  for (const { docId, quote, title, author } of answer.citations) {
    const cited = passages.find((one) => one.docId === docId);
    expect(cited?.text).toContain(quote);
    expect({ title, author }).toEqual({ title: cited?.title, author: cited?.author });
  }
  for (const { start, end, citation } of answer.marks) {
    expect(answer.answer.slice(start, end)).toBe(`[${citation}]`);
    expect(answer.citations[citation - 1]).toBeDefined();
  }
  expect(answer.answer).not.toMatch(/[\u202A-\u202E\u2066-\u2069]/);
  // On the page there are words, links to the sources, and notes: nothing else.
  const segments = annotate(answer).split('\n').flatMap(splitAnnotations);
  expect(segments.filter(({ type }) => type === 'marker')).toHaveLength(answer.marks.length);
}

it('has at least 100 different attempts', () => {
  expect(new Set(attempts.map(([, text]) => text)).size).toBe(attempts.length);
  expect(attempts.length).toBeGreaterThanOrEqual(100);
});

describe.each(attempts)('%s: %j', (_kind, text) => {
  it('changes neither the search, the request to a model, the citations nor the form of an answer', async () => {
    const { answer, shown, searches, messages } = await askAbout(text);
    expect(searches).toEqual(harmless.searches);

    expect(messages.map(({ role }) => role)).toEqual(['system', 'user']);
    expect(messages[0]).toEqual(harmless.messages[0]);
    const lines = messages[1]?.content.split(/\r\n|[\n\v\f\r\u0085\u2028\u2029]/) ?? [];
    expect(lines).toHaveLength(6);
    expect([lines[0], ...lines.slice(3)]).toEqual(['Passages:', '', 'Question:', QUESTION]);
    expect(lines.slice(1, 3).join('')).not.toMatch(/[<>[\]\p{Cc}\p{Cf}]/u);
    const line = JSON.parse(lines[2] ?? '') as PassageLine;
    expect(line.text).not.toMatch(/\[[\s\p{Cf}]*\p{N}[\s\p{N}\p{Cf},;]*\]/u);
    // But for the brackets the model gets what the document says.
    const unbracketed = (one: string): string => one.replace(/[()[\]［］【】⟦⟧❲❳〔〕⁅⁆]/g, '|');
    expect(unbracketed(line.text)).toBe(unbracketed(passagesWith(text)[1]?.text ?? ''));

    checkForm(answer, passagesWith(text));
    if (answer.answer === NOTHING_SUPPORTED) {
      replaced += 1;
      return;
    }
    expect(shown).toBe(answer.answer);
    // What the first document says is cited from it; what the model adds to the documents is marked.
    expect(answer.citations[0]).toMatchObject({ docId: 'honest', quote: `${HONEST}.` });
    expect(answer.sentences[0]).toMatchObject({ citations: [1], supported: true });
    expect(answer.sentences.at(-1)).toMatchObject({ supported: false });
    // The model's own marks, and none that a document brought: but in text that the document leaves as code.
    expect([1, 3]).toContain(answer.marks.length);
    expect(answer.marks.map(({ citation }) => citation)).toEqual([1, 2, 2].slice(0, answer.marks.length));
  });

  it('brings no marker into an answer of quoted sentences', async () => {
    const answerer = createExtractiveAnswerer({
      vectors: { rarityOf: (ids) => Promise.resolve(new Map(ids.map((id) => [id, 1]))) },
      embedder: countingEmbedder(),
    });
    const passages = passagesWith(text);
    const answer = await answerQuestion({ answerer }, { question: QUESTION, passages });
    checkForm(answer, passages);
    expect(answer.marks).toHaveLength(answer.citations.length);
    expect(answer.answer.split('\n')).toHaveLength(Math.max(1, answer.citations.length));
  });
});

it('few of these answers are replaced, so that the tests above see citations', () => {
  expect(replaced).toBeLessThan(attempts.length / 4);
});
