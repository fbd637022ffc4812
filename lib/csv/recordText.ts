/**
 * A record's text, truncated to `longest` bytes between two characters. Two quotes far apart can make a record of any
 * length, but a string is limited to about 512 MB.
 */
export function recordText(record: Buffer, longest: number): string {
  if (record.length <= longest) return record.toString('utf8');
  let end = longest;
  while (end > 0 && ((record[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return record.toString('utf8', 0, end);
}
