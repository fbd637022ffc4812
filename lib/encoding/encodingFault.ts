import type { TextEncoding } from '../contract/contract';

/** Bytes that mean nothing in the encoding that a file is said to have. */
export class EncodingFault extends Error {
  constructor(
    readonly encoding: TextEncoding,
    readonly found: string,
    /** From 0, in the bytes that were decoded, byte order mark counted. */
    readonly byteOffset: number,
    /** 1-based physical line. */
    readonly line: number,
  ) {
    super(`${found} is no ${encoding}`);
  }
}
