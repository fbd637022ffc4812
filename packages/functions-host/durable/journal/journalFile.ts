import fs from 'node:fs';

/** Writes all of `text`, even if the system needs several calls. */
export function writeAll(file: number, text: string): number {
  const bytes = Buffer.from(text, 'utf8');
  let written = 0;
  while (written < bytes.length) written += fs.writeSync(file, bytes, written);
  return bytes.length;
}

/**
 * Reads the lines of `file` and passes each parsed line to `take`. Truncates an incomplete last line (from a crash in the
 * middle of a write). An absent file has no lines. Throws an Error naming file and line for a line that can't be read.
 */
export function readLines(file: string, take: (line: unknown) => void): { lines: number; bytes: number } {
  if (!fs.existsSync(file)) return { lines: 0, bytes: 0 };
  const bytes = fs.readFileSync(file);
  const end = bytes.lastIndexOf(0x0a) + 1;
  if (end < bytes.length) fs.truncateSync(file, end);
  let lines = 0;
  for (let start = 0; start < end; lines++) {
    const stop = bytes.indexOf(0x0a, start);
    const text = bytes.toString('utf8', start, stop);
    start = stop + 1;
    try {
      take(JSON.parse(text));
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new Error(
        `The journal ${file} can't be read at line ${lines + 1}: ${reason}. Restore the file from a copy, or move it away to start with no instances.`,
        { cause },
      );
    }
  }
  return { lines, bytes: end };
}

/**
 * Replaces the content of `file` with `text` by a flushed temporary file and a rename, so that a crash at any moment leaves
 * either the old or the new content. `file` must not be open meanwhile (Windows refuses the rename).
 */
export function replaceFile(file: string, temporaryFile: string, text: string): void {
  const handle = fs.openSync(temporaryFile, 'w');
  try {
    writeAll(handle, text);
    fs.fsyncSync(handle);
  } finally {
    fs.closeSync(handle);
  }
  fs.renameSync(temporaryFile, file);
}
