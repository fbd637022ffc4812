/** In characters (UTF-16 code units). */
const LONGEST_HEADING = 500;

/**
 * The beginning of a title or an author, for search and answers. A document may have a title of a megabyte, and it stands beside
 * each of its chunks and in each check of an answer.
 */
export function shortHeading(text: string): string {
  if (text.length <= LONGEST_HEADING) return text;
  const isPairSplit = (text.codePointAt(LONGEST_HEADING - 1) ?? 0) > 0xffff;
  return text.slice(0, isPairSplit ? LONGEST_HEADING - 1 : LONGEST_HEADING);
}
