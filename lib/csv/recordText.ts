/**
 * A record's text, or its beginning of so many bytes, cut between characters: two quotes far apart can make a record of any
 * length, and a string of over 512 MB cannot be.
 */
export function recordText(record: Buffer, longest: number): string {
  if (record.length <= longest) return record.toString('utf8');
  let end = longest;
  while (end > 0 && ((record[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return record.toString('utf8', 0, end);
}
