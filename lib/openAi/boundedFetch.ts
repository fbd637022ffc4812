/** Bytes of an error's body: enough for its message. */
const LONGEST_ERROR = 64 * 1024;
/** Bytes. An answer of 100,000 characters in tokens of one event each has about 9 MB, 64 vectors about 13 MB. */
const LONGEST_RESPONSE = 64 * 1024 * 1024;
/** Bytes of a line of an event stream. The client scans a line again with each piece of it. */
const LONGEST_LINE = 1024 * 1024;
const LINE_FEED = 10;

/** The service went on sending past every sensible length or time. */
export class EndlessResponse extends Error {
  override readonly name = 'EndlessResponse';
}

/**
 * `send` with responses that end: the client of the model services reads bodies without a limit, and the body of an error
 * without the time limit of the request. The body of an error is cut after 64 KB. Others throw EndlessResponse while they are
 * read: past 64 MB, past 1 MB without a line end in an event stream, and past `timeoutInMilliseconds` after the headers where
 * they are no event stream.
 */
export function boundedFetch(
  { timeoutInMilliseconds }: { timeoutInMilliseconds: number },
  send: typeof fetch = fetch,
): typeof fetch {
  return async (input, init) => {
    const response = await send(input, init);
    if (response.body === null) return response;
    const isStream = response.headers.get('content-type')?.includes('text/event-stream') === true;
    const bound = response.ok ? boundResponse(isStream) : cutAfter(LONGEST_ERROR);
    const limit = isStream && response.ok ? undefined : timeoutInMilliseconds;
    const { status, statusText, headers } = response;
    return new Response(response.body.pipeThrough(bounded(bound, limit)), { status, statusText, headers });
  };
}

/** What to do with a piece: pass all of it, or its beginning as the last one. Throws to end the response with an error. */
type Bound = (piece: Uint8Array) => { pass: Uint8Array; isLast: boolean };

function bounded(bound: Bound, limitInMilliseconds: number | undefined): TransformStream<Uint8Array, Uint8Array> {
  let timer: NodeJS.Timeout | undefined;
  return new TransformStream({
    start(controller) {
      if (limitInMilliseconds === undefined) return;
      const end = () => controller.error(new EndlessResponse(`no end of the body after ${limitInMilliseconds} ms`));
      timer = setTimeout(end, limitInMilliseconds).unref();
    },
    transform(piece, controller) {
      const { pass, isLast } = bound(piece);
      controller.enqueue(pass);
      if (!isLast) return;
      clearTimeout(timer);
      controller.terminate();
    },
    flush: () => clearTimeout(timer),
  });
}

function cutAfter(length: number): Bound {
  let left = length;
  return (piece) => {
    const pass = piece.subarray(0, left);
    left -= pass.length;
    return { pass, isLast: left === 0 };
  };
}

function boundResponse(isStream: boolean): Bound {
  let length = 0;
  let line = 0;
  return (piece) => {
    length += piece.length;
    if (length > LONGEST_RESPONSE) throw new EndlessResponse(`more than ${LONGEST_RESPONSE} bytes`);
    const end = piece.lastIndexOf(LINE_FEED);
    line = end < 0 ? line + piece.length : piece.length - 1 - end;
    if (isStream && line > LONGEST_LINE) throw new EndlessResponse(`a line of more than ${LONGEST_LINE} bytes`);
    return { pass: piece, isLast: false };
  };
}
