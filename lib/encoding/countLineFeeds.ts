const LINE_FEED = 0x0a;

/** Counts line feeds in UTF-8 bytes, including those in quoted fields: for physical line numbers. */
export function countLineFeeds(bytes: Buffer): number {
  let count = 0;
  for (let at = bytes.indexOf(LINE_FEED); at >= 0; at = bytes.indexOf(LINE_FEED, at + 1)) count += 1;
  return count;
}
