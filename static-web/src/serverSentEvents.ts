import { type EventSourceMessage, EventSourceParserStream } from 'eventsource-parser/stream';

/**
 * The events of a `text/event-stream` body, each at its closing blank line. An event without a closing line is dropped.
 * Errors of the body pass through. The body is cancelled when its reader stops early.
 */
export async function* serverSentEvents(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
): AsyncGenerator<EventSourceMessage> {
  const reader = body.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream()).getReader();
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value;
  } finally {
    // A failed stream needs no cancellation.
    await reader.cancel().catch(() => undefined);
  }
}
