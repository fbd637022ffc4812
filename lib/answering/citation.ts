import type { Passage } from '../vectors/passage';
import type { Citation } from './answer';

/** `quote` must be an exact substring of the passage's text. */
export function toCitation(passage: Passage, quote: string): Citation {
  const { docId, dataset, title, author, publishedAt } = passage;
  return { docId, dataset, title, author, date: publishedAt?.slice(0, 10) ?? null, quote };
}

/**
 * Finds `quote` in `text`, ignoring case, differences in white space and the form of quotation marks and of bracketed numbers
 * (the model gets `[2]` as `(2)`). Returns the exact substring of `text`, or
 * undefined when there is none.
 */
export function findQuote(text: string, quote: string): string | undefined {
  const words = quote
    .trim()
    .split(/\s+/)
    .filter((word) => word !== '');
  // A model's quotation may be of any length; one that is longer than the passage is not in it.
  if (words.length === 0 || words.join('').length > text.length) return undefined;
  const pattern = words
    .map((word) =>
      word
        .replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')
        .replace(/["“”„«»]/g, '["“”„«»]')
        .replace(/['‘’]/g, "['‘’]")
        .replace(/\\\((\d+)\\\)/g, '[[(]$1[\\])]'),
    )
    .join('\\s+');
  return new RegExp(pattern, 'i').exec(text)?.[0];
}
