const CLOSERS: Record<string, string> = {
  '"': '"',
  '“': '”',
  '„': '“”',
  '«': '»',
  '»': '«',
  '「': '」',
  '‘': '’',
};
const LETTER_OR_DIGIT = /^[\p{L}\p{N}]/u;

/**
 * Knows, while a text is read in order, whether the position is inside code (Markdown: a span of backticks, which ends with
 * its line or, of three backticks, with its paragraph at the latest, or a fence) or inside a quotation, which ends with its paragraph at the latest.
 */
export class TextContext {
  private code: { run: string; isFence: boolean } | undefined;
  private closers: string | undefined;
  /** The last text was `’`, which ends a quotation or is an apostrophe: the next text decides. */
  private mayGoOn = false;
  private isLineStart = true;
  private before = '';

  /** True outside code and quotations. */
  get isOwnText(): boolean {
    return this.code === undefined && this.closers === undefined;
  }

  /** @param text white space, a run of backticks or tildes, a quotation mark, or other text */
  add(text: string): void {
    if (this.mayGoOn && LETTER_OR_DIGIT.test(text)) this.closers = CLOSERS['‘'];
    this.mayGoOn = false;
    if (text.trim() === '') this.addSpace(text);
    else if (/^[`~]/.test(text)) this.addRun(text);
    else if (this.code === undefined) this.addQuotationMark(text);
    if (text.trim() !== '') this.isLineStart = false;
    this.before = text.slice(-1);
  }

  private addSpace(space: string): void {
    const lineEnd = space.indexOf('\n');
    if (lineEnd < 0) return;
    this.isLineStart = true;
    const isParagraphEnd = space.includes('\n', lineEnd + 1);
    if (isParagraphEnd) this.closers = undefined;
    // One or two backticks may be just characters.
    if (this.code && !this.code.isFence && (isParagraphEnd || this.code.run.length < 3)) this.code = undefined;
  }

  private addRun(run: string): void {
    if (this.code === undefined) {
      const isFence = this.isLineStart && run.length >= 3;
      if (isFence || run.startsWith('`')) this.code = { run, isFence };
    } else if (this.code.isFence) {
      if (this.isLineStart && run.startsWith(this.code.run)) this.code = undefined;
    } else if (run === this.code.run) {
      this.code = undefined;
    }
  }

  private addQuotationMark(text: string): void {
    if (this.closers !== undefined) {
      if (text.length !== 1 || !this.closers.includes(text)) return;
      this.closers = undefined;
      this.mayGoOn = text === '’';
      return;
    }
    // After a letter or digit a straight mark closes, or means inches or seconds, and a single one is an apostrophe.
    if ((text === '"' || text === '‘') && LETTER_OR_DIGIT.test(this.before)) return;
    this.closers = CLOSERS[text];
  }
}
