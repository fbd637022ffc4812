import { withoutBidiControls } from '../../language/bidiControls';
import type { AnswerToken } from '../answer';
import { TextContext } from './textContext';

/** Characters of the longest marker. A longer text without a closing bracket is not a marker. */
const LONGEST_MARKER = 40;
const MARKER = /^\[\s*\d+(?:\s*[,;]\s*\d+)*\s*\]/;
const POSSIBLE_MARKER = /^\[[\s\d,;]*$/;
/** Runs are read in parts of at most 40, so that little text is kept back. */
const LEXEME = /\s{1,40}|`{1,40}|~{1,40}|["“”„«»「」‘’]|\[|[^\s`~"“”„«»「」‘’[]+/y;
const MAY_CONTINUE = /^(?:\s{1,39}|`{1,39}|~{1,39})$/;

/**
 * Rewrites a model's citation markers while its text is streamed: `[n]` must name one of the given passages, and is
 * renumbered from 1 in order of first use. A marker that names no passage is dropped. `[1, 3]` counts as `[1][3]`. Brackets
 * in code and in quotations are text, because others wrote them. White space at the beginning and the end is dropped, and
 * so are controls that turn the direction of a line.
 */
export class CitationMarkers {
  /** Numbers (from 1) of the passages that were cited, in the order of their new numbers. */
  readonly cited: number[] = [];
  private readonly context = new TextContext();
  private pending = '';
  /** White space that is dropped if a marker follows that names no passage. */
  private space = '';
  private hasBegun = false;

  constructor(private readonly passageCount: number) {}

  /** Adds the next text and returns what can be shown now. */
  push(text: string): AnswerToken[] {
    this.pending += withoutBidiControls(text);
    return this.take(false);
  }

  /** Returns the rest, when the text has ended. */
  finish(): AnswerToken[] {
    return this.take(true);
  }

  private take(isEnd: boolean): AnswerToken[] {
    const tokens: AnswerToken[] = [];
    let position = 0;
    while (position < this.pending.length) {
      LEXEME.lastIndex = position;
      const lexeme = LEXEME.exec(this.pending)?.[0] ?? '';
      const rest = this.pending.slice(position, position + LONGEST_MARKER);
      const reachesEnd = position + rest.length === this.pending.length;
      const marker = this.context.isOwnText ? MARKER.exec(rest)?.[0] : undefined;
      const isUnfinished =
        lexeme === '['
          ? marker === undefined && POSSIBLE_MARKER.test(rest) && rest.length < LONGEST_MARKER
          : MAY_CONTINUE.test(lexeme) && position + lexeme.length === this.pending.length;
      if (isUnfinished && reachesEnd && !isEnd) break;
      if (marker !== undefined) this.addMarker(tokens, marker);
      else if (lexeme.trim() === '') this.addSpace(tokens, lexeme);
      else this.addText(tokens, lexeme);
      position += (marker ?? lexeme).length;
    }
    this.pending = this.pending.slice(position);
    return tokens;
  }

  private addMarker(tokens: AnswerToken[], marker: string): void {
    const numbers = this.renumber(marker);
    if (numbers.length > 0) this.show(tokens, this.space);
    this.space = '';
    for (const citation of numbers) {
      tokens.push({ text: `[${citation}]`, citation });
      this.hasBegun = true;
    }
  }

  private addSpace(tokens: AnswerToken[], space: string): void {
    this.show(tokens, this.space);
    this.space = this.hasBegun ? space : '';
    this.context.add(space);
  }

  private addText(tokens: AnswerToken[], text: string): void {
    this.show(tokens, this.space + text);
    this.space = '';
    this.context.add(text);
  }

  private show(tokens: AnswerToken[], text: string): void {
    if (text === '') return;
    this.hasBegun = true;
    const last = tokens.at(-1);
    if (last && last.citation === undefined) last.text += text;
    else tokens.push({ text });
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
