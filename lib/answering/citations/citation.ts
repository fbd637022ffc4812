import type { Passage } from '../../vectors/passage';
import type { Citation } from '../answer';

/** `quote` must be an exact substring of the passage's text. */
export function toCitation(passage: Passage, quote: string): Citation {
  const { docId, dataset, title, author, publishedAt } = passage;
  return { docId, dataset, title, author, date: publishedAt?.slice(0, 10) ?? null, quote };
}
