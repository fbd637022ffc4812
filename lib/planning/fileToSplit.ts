/** A file as planning reads it. */
export interface FileToSplit {
  /** Names the file in problems. */
  path: string;
  /** Bytes. */
  size: number;
  /** In order, in chunks of any length. */
  stream(offset: number, length: number): AsyncIterable<Buffer>;
}
