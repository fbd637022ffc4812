import type { TextEncoding } from '../contract/contract';

/** Bytes that are not valid in the encoding of the contract. */
export class EncodingFault extends Error {
  constructor(
    readonly encoding: TextEncoding,
    readonly found: string,
    /** From 0, in the decompressed bytes, including a byte order mark. */
    readonly byteOffset: number,
    /** 1-based physical line. */
    readonly line: number,
  ) {
    super(`${found} is not valid ${encoding}`);
  }
}
