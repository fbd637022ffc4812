/** Text in double quotation marks, in the first or second group. */
export const QUOTATION = /"([^"]+)"|[“„«]([^“”„«»]+)[”“»]/g;
/** Shorter quotations are single words or names, which are not evidence. */
export const SHORTEST_QUOTE_IN_WORDS = 3;
