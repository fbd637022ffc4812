/** Characters of the longest marker. A longer text without a closing bracket is not a marker. */
const LONGEST_MARKER = 40;
/** White space before a marker is dropped with it, at most this much of it: models write one space. */
const LONGEST_SPACE = 40;
const MARKER = /^\[\s*\d+(?:\s*[,;]\s*\d+)*\s*\]/;
const POSSIBLE_MARKER = /^\[[\s\d,;]*$/;

/**
 * Rewrites a model's citation markers while its text is streamed: `[n]` must name one of the given passages, and is
 * renumbered from 1 in order of first use. A marker that names no passage is dropped. `[1, 3]` counts as `[1][3]`.
 */
export class CitationMarkers {
  /** Numbers (from 1) of the passages that were cited, in the order of their new numbers. */
  readonly cited: number[] = [];
  private pending = '';

  constructor(private readonly passageCount: number) {}

  /** Adds the next text and returns what can be shown now. */
  push(text: string): string {
    this.pending += text;
    return this.take(false);
  }

  /** Returns the rest, when the text has ended. */
  finish(): string {
    return this.take(true);
  }

  private take(isEnd: boolean): string {
    let shown = '';
    while (this.pending !== '') {
      const bracket = this.pending.indexOf('[');
      // White space is kept back too: it is dropped together with the marker after it.
      const end = bracket < 0 ? this.pending.length : bracket;
      const space = /\s*$/.exec(this.pending.slice(Math.max(0, end - LONGEST_SPACE), end))?.[0] ?? '';
      const textEnd = end - space.length;
      shown += this.pending.slice(0, textEnd);
      this.pending = this.pending.slice(textEnd);
      if (this.pending === '') break;

      const rest = this.pending.slice(space.length);
      const marker = MARKER.exec(rest)?.[0];
      if (marker !== undefined) {
        const renumbered = this.renumber(marker);
        shown += renumbered === '' ? '' : space + renumbered;
        this.pending = rest.slice(marker.length);
      } else if (!isEnd && (rest === '' || (POSSIBLE_MARKER.test(rest) && rest.length < LONGEST_MARKER))) {
        break;
      } else {
        shown += space + rest.slice(0, 1);
        this.pending = rest.slice(1);
      }
    }
    return shown;
  }

  private renumber(marker: string): string {
    const numbers = [...marker.matchAll(/\d+/g)].map(([digits]) => Number(digits));
    return [...new Set(numbers)]
      .filter((number) => number >= 1 && number <= this.passageCount)
      .map((number) => {
        if (!this.cited.includes(number)) this.cited.push(number);
        return `[${this.cited.indexOf(number) + 1}]`;
      })
      .join('');
  }
}
