import fc from 'fast-check';
import { serverSentEvents } from '../../../static-web/src/serverSentEvents';

interface NamedEvent {
  event: string;
  data: string;
}

async function parse(...chunks: (string | Uint8Array<ArrayBuffer>)[]): Promise<NamedEvent[]> {
  const events: NamedEvent[] = [];
  for await (const { event = 'message', data } of serverSentEvents(streamOf(chunks))) events.push({ event, data });
  return events;
}

/** A body that arrives in these chunks. */
function streamOf(chunks: (string | Uint8Array<ArrayBuffer>)[]): ReadableStream<Uint8Array<ArrayBuffer>> {
  const encoder = new TextEncoder();
  return new ReadableStream({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(typeof chunk === 'string' ? encoder.encode(chunk) : chunk);
      controller.close();
    },
  });
}

describe('a whole stream', () => {
  it('gives each event with its name and data', async () => {
    expect(await parse('event: token\ndata: {"text":"a"}\n\nevent: answer\ndata: {}\n\n')).toEqual([
      { event: 'token', data: '{"text":"a"}' },
      { event: 'answer', data: '{}' },
    ]);
  });

  it('joins several data lines with a line end and calls an unnamed event message', async () => {
    expect(await parse('data: one\ndata: two\n\n')).toEqual([{ event: 'message', data: 'one\ntwo' }]);
  });

  it('removes exactly one space after the colon', async () => {
    expect((await parse('data:tight\n\ndata:  wide\n\n')).map(({ data }) => data)).toEqual(['tight', ' wide']);
  });

  it('keeps colons inside the data', async () => {
    expect(await parse('data: a: b:c\n\n')).toEqual([{ event: 'message', data: 'a: b:c' }]);
  });

  it('reads a field without a colon as empty', async () => {
    expect(await parse('data\n\n')).toEqual([{ event: 'message', data: '' }]);
  });

  it('ignores comments, unknown fields and blank lines', async () => {
    expect(await parse(': keep-alive\n\nid: 7\nretry: 10\n\ndata: x\n\n\n\n')).toEqual([
      { event: 'message', data: 'x' },
    ]);
  });

  it('does not keep the name of an event without data', async () => {
    expect(await parse('event: token\n\ndata: x\n\n')).toEqual([{ event: 'message', data: 'x' }]);
  });

  it('drops a byte order mark only at the start', async () => {
    expect(await parse('\uFEFFdata: \uFEFFx\n\n')).toEqual([{ event: 'message', data: '\uFEFFx' }]);
  });

  it('drops an event that the stream does not close', async () => {
    expect(await parse('data: whole\n\ndata: half\n')).toEqual([{ event: 'message', data: 'whole' }]);
  });
});

describe.each([
  ['LF', '\n'],
  ['CRLF', '\r\n'],
  ['CR', '\r'],
])('a stream with %s line ends', (_name, lineEnd) => {
  // A CR at the end of a chunk is a line end, or the first half of CR LF: the next byte decides.
  const stream = [
    'event: token',
    'data: one',
    'data: zwei €',
    '',
    ': note',
    'event: error',
    'data: {}',
    '',
    ': end',
    '',
  ].join(lineEnd);
  const expected = [
    { event: 'token', data: 'one\nzwei €' },
    { event: 'error', data: '{}' },
  ];

  it('reads the same when split in two at any byte', async () => {
    const bytes = new TextEncoder().encode(stream);
    for (let length = 0; length <= bytes.length; length += 1) {
      expect(await parse(bytes.slice(0, length), bytes.slice(length))).toEqual(expected);
    }
  });

  it('reads the same character by character', async () => {
    expect(await parse(...stream)).toEqual(expected);
  });
});

it('reads back any events, however written and split', async () => {
  const text = fc.string({ unit: 'binary' }).map((value) => value.replace(/[\r\n]/g, ' '));
  const events = fc.array(fc.array(text, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(
      events,
      fc.infiniteStream(fc.integer({ min: 1, max: 9 }), { noHistory: true }),
      async (written, lengths) => {
        const stream = new TextEncoder().encode(
          written.map((lines) => `event: token\n${lines.map((line) => `data: ${line}\n`).join('')}\n`).join(''),
        );
        const chunks: Uint8Array<ArrayBuffer>[] = [];
        for (let start = 0; start < stream.length;) {
          const length = lengths.next().value as number;
          chunks.push(stream.slice(start, start + length));
          start += length;
        }
        expect(await parse(...chunks)).toEqual(written.map((lines) => ({ event: 'token', data: lines.join('\n') })));
      },
    ),
  );
});
