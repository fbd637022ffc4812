/** A record of NDJSON with its place in the text. */
export interface SourceRecord {
  line: number;
  byteOffset: number;
  raw: string;
}

/** The lines that are not blank, found without the code under test. Offsets are in UTF-8 bytes without a byte order mark. */
export function ndjsonRecordsOf(text: string): SourceRecord[] {
  let byteOffset = 0;
  const lines = text.split('\n').map((content, index) => {
    const found = { line: index + 1, byteOffset, raw: content.replace(/\r$/, '') };
    byteOffset += Buffer.byteLength(content) + 1;
    return found;
  });
  return lines.filter(({ raw }) => /[^ \t\r]/.test(raw));
}
