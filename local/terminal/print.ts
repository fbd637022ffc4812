import { unicodeEscapes } from '../../lib/language/unicodeEscapes';

/**
 * What a terminal would act on instead of showing it: controls but line end and tab (ESC and C1 begin commands), controls of
 * direction, and characters that are not seen. The joiners of scripts and emoji (U+200C, U+200D) are none of these.
 */
const UNSEEN =
  // eslint-disable-next-line no-control-regex
  /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u00AD\u061C\u180E\u200B\u200E\u200F\u2028-\u202E\u2060-\u206F\uFEFF\uFFF9-\uFFFB]|[\u{E0000}-\u{E007F}]/gu;

/** The text with `\u202e` and the like in place of what a terminal would not show. JSON stays equal when it is parsed. */
export function visible(text: string): string {
  return text.replace(UNSEEN, unicodeEscapes);
}

/** Prints a line. What it quotes may come from files, documents or servers, so that nothing in it acts on the terminal. */
export function print(line: string, stream: NodeJS.WritableStream = process.stdout): void {
  stream.write(`${visible(line)}\n`);
}

/** Prints a line to standard error. */
export function complain(line: string): void {
  print(line, process.stderr);
}
