import type { AnswerMark } from '../answer';

/** Characters of the longest marker. A longer text without a closing bracket is not a marker. */
const LONGEST_MARKER = 40;
/** White space before a marker is dropped with it, at most this much of it: models write one space. */
const LONGEST_SPACE = 40;
const MARKER = /^\[\s*\d+(?:\s*[,;]\s*\d+)*\s*\]/;
const POSSIBLE_MARKER = /^\[[\s\d,;]*$/;

/**
 * Rewrites a model's citation markers while its text is streamed: `[n]` must name one of the given passages, and is
 * renumbered from 1 in order of first use. A marker that names no passage is dropped. `[1, 3]` counts as `[1][3]`. In code
 * (backticks) there are no markers.
 */
export class CitationMarkers {
  /** Numbers (from 1) of the passages that were cited, in the order of their new numbers. */
  readonly cited: number[] = [];
  /** Where the markers are in all that was returned. */
  readonly marks: AnswerMark[] = [];
  /** Length of the run of backticks that began the code that the text is in; 0 outside code. */
  private code = 0;
  private returned = 0;
  private pending = '';

  constructor(private readonly passageCount: number) {}

  /** Adds the next text and returns what can be shown now. */
  push(text: string): string {
    this.pending += text;
    return this.count(this.take(false));
  }

  /** Returns the rest, when the text has ended. */
  finish(): string {
    return this.count(this.take(true));
  }

  private count(shown: string): string {
    this.returned += shown.length;
    return shown;
  }

  private take(isEnd: boolean): string {
    let shown = '';
    while (this.pending !== '') {
      const special = this.pending.search(this.code > 0 ? /[`\n]/ : /[`[]/);
      if (special >= 0 && this.pending[special] !== '[') {
        const run = /^`+|^\n/.exec(this.pending.slice(special))?.[0] ?? '';
        // More backticks may follow; a very long run is not code.
        if (
          !isEnd &&
          run.startsWith('`') &&
          run.length < LONGEST_MARKER &&
          special + run.length === this.pending.length
        ) {
          shown += this.pending.slice(0, special);
          this.pending = run;
          break;
        }
        this.enterOrLeaveCode(run);
        shown += this.pending.slice(0, special + run.length);
        this.pending = this.pending.slice(special + run.length);
        continue;
      }
      if (this.code > 0) {
        shown += this.pending;
        this.pending = '';
        break;
      }
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
        const numbers = this.renumber(marker);
        if (numbers.length > 0) shown += space;
        for (const citation of numbers) {
          const start = this.returned + shown.length;
          shown += `[${citation}]`;
          this.marks.push({ start, end: this.returned + shown.length, citation });
        }
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

  /** Code in one or two backticks ends with its line at the latest: a single backtick may be just a character. */
  private enterOrLeaveCode(run: string): void {
    if (run === '\n') this.code = this.code < 3 ? 0 : this.code;
    else if (this.code === 0) this.code = run.length;
    else if (this.code === run.length) this.code = 0;
  }

  private renumber(marker: string): number[] {
    const numbers = [...marker.matchAll(/\d+/g)].map(([digits]) => Number(digits));
    return [...new Set(numbers)]
      .filter((number) => number >= 1 && number <= this.passageCount)
      .map((number) => {
        if (!this.cited.includes(number)) this.cited.push(number);
        return this.cited.indexOf(number) + 1;
      });
  }
}
