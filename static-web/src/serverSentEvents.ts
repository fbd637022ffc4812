export interface ServerSentEvent {
  /** `message` when the stream names none. */
  event: string;
  data: string;
}

const fieldPattern = /^([^:]*)(?:: ?(.*))?$/s;

/**
 * Reads a `text/event-stream` body piece by piece. Pieces may be cut anywhere, even between CR and LF or inside a
 * field's name. An event is given out at its closing blank line; one that the stream never closes is dropped, as the
 * standard says. Comments, `id` and `retry` are read over: the browser's own reconnection is not in play for a POST.
 */
export class ServerSentEventParser {
  private rest = '';
  private event = '';
  private data: string[] = [];
  private isFirstPiece = true;

  /** @returns the events that this piece completed, in order. */
  push(piece: string): ServerSentEvent[] {
    this.rest += piece;
    if (this.isFirstPiece && this.rest.length > 0) {
      this.rest = this.rest.replace(/^\uFEFF/, '');
      this.isFirstPiece = false;
    }
    const completed: ServerSentEvent[] = [];
    for (let line = this.takeLine(); line !== undefined; line = this.takeLine()) {
      const event = this.readLine(line);
      if (event) completed.push(event);
    }
    return completed;
  }

  private takeLine(): string | undefined {
    const end = this.rest.search(/[\r\n]/);
    // A CR at the very end may be half of a CRLF whose LF is still to come.
    if (end === -1 || (this.rest[end] === '\r' && end === this.rest.length - 1)) return undefined;
    const line = this.rest.slice(0, end);
    this.rest = this.rest.slice(this.rest.startsWith('\r\n', end) ? end + 2 : end + 1);
    return line;
  }

  private readLine(line: string): ServerSentEvent | undefined {
    if (line === '') return this.dispatch();
    const [, field, value = ''] = fieldPattern.exec(line) ?? [];
    if (field === 'event') this.event = value;
    if (field === 'data') this.data.push(value);
    return undefined;
  }

  private dispatch(): ServerSentEvent | undefined {
    const completed = this.data.length > 0 ? { event: this.event || 'message', data: this.data.join('\n') } : undefined;
    this.event = '';
    this.data = [];
    return completed;
  }
}
