const QUOTATION = /"([^"]+)"|[“„«]([^“”„«»]+)[”“»]/g;
/** Shorter quotations are single words or names, which are not evidence. */
const SHORTEST_QUOTE_IN_WORDS = 3;

/** The texts in double quotation marks that have three words or more, without the marks. */
export function quotationsIn(text: string): string[] {
  return [...text.matchAll(QUOTATION)]
    .map((match) => match[1] ?? match[2] ?? '')
    .filter((quotation) => quotation.trim().split(/\s+/).length >= SHORTEST_QUOTE_IN_WORDS);
}
