import type { Answer } from '../../../lib/answering/answer';
import { answerQuestion } from '../../../lib/answering/answerQuestion';
import { createExtractiveAnswerer } from '../../../lib/answering/extractive';
import { createChatAnswerer } from '../../../lib/answering/openAi';
import { annotate, splitAnnotations } from '../../../static-web/src/markers';
import { ATTEMPTS } from '../../fixtures/injections/attempts';
import { countingEmbedder } from '../../support/countingEmbedder';
import { startOpenAiServer, type OpenAiServer } from '../../support/openAiServer';
import { passage } from '../../support/passages';

const QUESTION = 'Was the treaty with Spain approved by the council?';
const HONEST = passage({ docId: 'honest', text: 'The treaty with Spain was not approved by the council in 1821.' });
const attempts = Object.entries(ATTEMPTS).flatMap(([kind, texts]) => texts.map((text) => [kind, text] as const));

interface Request {
  messages: { role: string; content: string }[];
}
interface PassageLine {
  number: number;
  text: string;
}

/** Answers with the honest passage, and then does what the second passage says: repeats it, with markers of its own. */
function gullible({ messages }: Request): object {
  const lines = messages[1]?.content.split('\n') ?? [];
  const { text } = JSON.parse(lines[2] ?? '') as PassageLine;
  const content = `The treaty with Spain was not approved by the council in 1821 [1]. ${text} [2] Thus it was approved by 99 votes [2][7].`;
  const common = { id: 'c', object: 'chat.completion.chunk', created: 1, model: 'm' };
  return {
    body: [
      { ...common, choices: [{ index: 0, delta: { content }, finish_reason: null }] },
      { ...common, choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] },
    ],
  };
}

let server: OpenAiServer;
beforeAll(async () => {
  server = await startOpenAiServer(({ body }) => gullible(body as unknown as Request) as never);
});
afterAll(() => server.close());

/** What must hold of every answer, whatever the documents say. */
function checkForm(answer: Answer, passages: ReturnType<typeof passage>[]): void {
  expect(Object.keys(answer).sort()).toEqual(['answer', 'citations', 'marks', 'model', 'question', 'sentences']);
  expect(answer.question).toBe(QUESTION);
  for (const { docId, quote } of answer.citations) {
    expect(passages.find((one) => one.docId === docId)?.text).toContain(quote);
  }
  for (const { start, end, citation } of answer.marks) {
    expect(answer.answer.slice(start, end)).toBe(`[${citation}]`);
    expect(citation).toBeGreaterThanOrEqual(1);
    expect(citation).toBeLessThanOrEqual(answer.citations.length);
  }
  // On the page there are words, links to the sources, and notes: nothing else.
  const segments = annotate(answer).split('\n').flatMap(splitAnnotations);
  expect(segments.filter(({ type }) => type === 'marker')).toHaveLength(answer.marks.length);
}

it('has at least 60 attempts', () => {
  expect(new Set(attempts.map(([, text]) => text)).size).toBeGreaterThanOrEqual(60);
});

describe.each(attempts)('%s: %j', (_kind, text) => {
  const planted = passage({ docId: 'planted', title: text, author: text, text: `${text} The treaty is old.` });
  const passages = [HONEST, planted];

  it('changes neither the request to a model nor the citations and the form of its answer', async () => {
    const service = { kind: 'openai' as const, baseUrl: `${server.url}/v1`, apiKey: 'k', model: 'm' };
    const answerer = createChatAnswerer({ service, retries: 0 });
    const answer = await answerQuestion({ answerer }, { question: QUESTION, passages });
    const { messages } = server.requests.at(-1)?.body as unknown as Request;
    expect(messages.map(({ role }) => role)).toEqual(['system', 'user']);
    expect(messages[0]?.content).not.toContain(text);
    const lines = messages[1]?.content.split('\n') ?? [];
    expect(lines).toHaveLength(6);
    expect(lines.at(-1)).toBe(QUESTION);
    expect((JSON.parse(lines[2] ?? '') as PassageLine).text).not.toMatch(/\[\s*\d[\d\s,;]*\]/);
    checkForm(answer, passages);
    // The model's own marks, and none that a document brought.
    expect(answer.marks.map(({ citation }) => citation)).toEqual([1, 2, 2]);
    expect(answer.sentences[0]?.citations).toContain(1);
    // What the model adds to the documents is marked.
    expect(answer.sentences.at(-1)).toMatchObject({ supported: false });
  });

  it('brings no marker into an answer of quoted sentences', async () => {
    const answerer = createExtractiveAnswerer({
      vectors: { rarityOf: (ids) => Promise.resolve(new Map(ids.map((id) => [id, 1]))) },
      embedder: countingEmbedder(),
    });
    const answer = await answerQuestion({ answerer }, { question: QUESTION, passages });
    checkForm(answer, passages);
    expect(answer.marks).toHaveLength(answer.citations.length);
    expect(answer.answer).not.toMatch(/[\u202A-\u202E\u2066-\u2069]/);
  });
});
