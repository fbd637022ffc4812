import fc from 'fast-check';
import { type ServerSentEvent, ServerSentEventParser } from '../../../static-web/src/serverSentEvents';

function parse(...pieces: string[]): ServerSentEvent[] {
  const parser = new ServerSentEventParser();
  return pieces.flatMap((piece) => parser.push(piece));
}

describe('a whole stream', () => {
  it('gives each event with its name and data', () => {
    expect(parse('event: token\ndata: {"text":"a"}\n\nevent: answer\ndata: {}\n\n')).toEqual([
      { event: 'token', data: '{"text":"a"}' },
      { event: 'answer', data: '{}' },
    ]);
  });

  it('joins several data lines with a line end and calls an unnamed event message', () => {
    expect(parse('data: one\ndata: two\n\n')).toEqual([{ event: 'message', data: 'one\ntwo' }]);
  });

  it('takes away one space after the colon, and only one', () => {
    expect(parse('data:tight\n\ndata:  wide\n\n').map(({ data }) => data)).toEqual(['tight', ' wide']);
  });

  it('keeps colons inside the data', () => {
    expect(parse('data: a: b:c\n\n')).toEqual([{ event: 'message', data: 'a: b:c' }]);
  });

  it('reads a field without a colon as empty', () => {
    expect(parse('data\n\n')).toEqual([{ event: 'message', data: '' }]);
  });

  it('passes over comments, unknown fields and blank lines', () => {
    expect(parse(': keep-alive\n\nid: 7\nretry: 10\n\ndata: x\n\n\n\n')).toEqual([{ event: 'message', data: 'x' }]);
  });

  it('forgets the name of an event that had no data', () => {
    expect(parse('event: token\n\ndata: x\n\n')).toEqual([{ event: 'message', data: 'x' }]);
  });

  it('drops a byte order mark at the start only', () => {
    expect(parse('\uFEFFdata: \uFEFFx\n\n')).toEqual([{ event: 'message', data: '\uFEFFx' }]);
  });

  it('drops an event that the stream does not close', () => {
    expect(parse('data: whole\n\ndata: half\n')).toEqual([{ event: 'message', data: 'whole' }]);
  });
});

describe.each([
  ['LF', '\n'],
  ['CRLF', '\r\n'],
  ['CR', '\r'],
])('a stream with %s line ends', (_name, lineEnd) => {
  // A lone CR at the end is only known to be a line end by what follows it.
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

  it('reads the same when cut in two anywhere', () => {
    for (let cut = 0; cut <= stream.length; cut += 1) {
      expect(parse(stream.slice(0, cut), stream.slice(cut))).toEqual(expected);
    }
  });

  it('reads the same character by character', () => {
    expect(parse(...stream)).toEqual(expected);
  });
});

it('reads back any events, however written and cut', () => {
  const text = fc.string({ unit: 'binary' }).map((value) => value.replace(/[\r\n]/g, ' '));
  const events = fc.array(fc.array(text, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(events, fc.infiniteStream(fc.integer({ min: 1, max: 9 }), { noHistory: true }), (written, lengths) => {
      const stream = written
        .map((lines) => `event: token\n${lines.map((line) => `data: ${line}\n`).join('')}\n`)
        .join('');
      const pieces: string[] = [];
      for (let start = 0; start < stream.length;) {
        const length = lengths.next().value as number;
        pieces.push(stream.slice(start, start + length));
        start += length;
      }
      expect(parse(...pieces)).toEqual(written.map((lines) => ({ event: 'token', data: lines.join('\n') })));
    }),
  );
});
