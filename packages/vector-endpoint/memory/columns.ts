type Column = Uint8Array | Uint32Array | Float64Array;

/** The same column with room for `length` entries: itself, or a copy of at least twice its length. */
export function withRoom<Kind extends Column>(column: Kind, length: number): Kind {
  if (length <= column.length) {
    return column;
  }
  const grown = new (column.constructor as new (length: number) => Kind)(Math.max(length, column.length * 2, 64));
  grown.set(column);
  return grown;
}

/** The bytes of numbers, as they are in memory. Files are little endian, like all platforms that this project supports. */
export const bytesOf = (numbers: Float32Array | Float64Array | Uint32Array | Uint16Array | Uint8Array): Buffer =>
  Buffer.from(numbers.buffer, numbers.byteOffset, numbers.byteLength);
