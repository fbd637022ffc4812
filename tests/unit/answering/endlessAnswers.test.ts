import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createChatAnswerer } from '../../../lib/answering/openAi';
import { createOpenAiEmbedder } from '../../../lib/embedding/openAi';
import { errorOf } from '../../support/lake';

/** A service that sends its beginning, and then the same piece until its connection ends. */
async function endlessService(begin: (response: ServerResponse) => void, piece: string) {
  let sent = 0;
  let open = 0;
  const server = createServer((request, response) => {
    request.resume();
    open += 1;
    response.on('close', () => (open -= 1));
    begin(response);
    const more = (): void => {
      if (response.destroyed) return;
      sent += piece.length;
      if (response.write(piece)) setImmediate(more);
      else response.once('drain', more);
    };
    more();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    service: { kind: 'openai', baseUrl: url, apiKey: 'none', model: 'endless' } as const,
    sent: () => sent,
    open: () => open,
    close: () =>
      new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      }),
  };
}

const MEBIBYTE = 1024 * 1024;
const header =
  (status: number, type: string, text = '') =>
  (response: ServerResponse) => {
    response.writeHead(status, { 'content-type': type });
    response.write(text);
  };
const EVENT_STREAM = 'text/event-stream';

async function answerOf(service: Parameters<typeof createChatAnswerer>[0]['service'], timeoutInMilliseconds = 30_000) {
  const answerer = createChatAnswerer({ service, timeoutInMilliseconds, retries: 0 });
  for await (const event of answerer.stream({ question: 'Why?', passages: [] })) void event;
}

describe('a model service that sends without an end', () => {
  it.each([
    [
      'a line of an event stream',
      header(200, EVENT_STREAM, 'data: {"choices":[{"delta":{"content":"'),
      'x'.repeat(65_536),
      'ANSWER_UNAVAILABLE',
      3 * MEBIBYTE,
    ],
    [
      'events without text',
      header(200, EVENT_STREAM),
      `data: {"choices":[]${' '.repeat(60_000)}}\n\n`,
      'ANSWER_UNAVAILABLE',
      80 * MEBIBYTE,
    ],
    ['the body of a refusal', header(400, 'application/json'), 'x'.repeat(65_536), 'ANSWER_REJECTED', 3 * MEBIBYTE],
    ['the body of a failure', header(500, 'text/html'), 'x'.repeat(65_536), 'ANSWER_UNAVAILABLE', 3 * MEBIBYTE],
  ])('%s: the answer fails, little of it is read, and the connection ends', async (_what, begin, piece, code, most) => {
    const endless = await endlessService(begin, piece);
    try {
      const error = await errorOf(answerOf(endless.service));
      expect(error).toMatchObject({ code });
      expect(String(error['found']).length).toBeLessThan(100_000);
      // What the connection holds on its way is sent too.
      expect(endless.sent()).toBeLessThan(most + 8 * MEBIBYTE);
      await waitUntil(() => endless.open() === 0);
    } finally {
      await endless.close();
    }
  });

  it('ends at the time limit of the answer, also in the body of a refusal', async () => {
    const endless = await endlessService(header(400, 'application/json'), '');
    try {
      expect(await errorOf(answerOf(endless.service, 300))).toMatchObject({ code: 'ANSWER_TIMEOUT' });
      await waitUntil(() => endless.open() === 0);
    } finally {
      await endless.close();
    }
  });

  it('ends an embedding', async () => {
    const endless = await endlessService(header(200, 'application/json', '{"data":['), '0.1,'.repeat(16_384));
    try {
      const embedder = createOpenAiEmbedder({ service: endless.service, dimensions: 8, retries: 0 });
      expect(await errorOf(embedder.embed(['a']))).toMatchObject({
        code: 'EMBEDDING_UNAVAILABLE',
        found: expect.stringContaining('67108864 bytes') as string,
      });
      await waitUntil(() => endless.open() === 0);
    } finally {
      await endless.close();
    }
  });
});

async function waitUntil(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise((resolve) => setTimeout(resolve, 5));
}
