const powersOfTen = Array.from({ length: 14 }, (_, exponent) => 10 ** exponent);

/**
 * The shortest decimal that reads back as the same 32-bit float. Qdrant computes and prints 32-bit floats; a plain
 * JavaScript number would print 0.3333333432674408 where Qdrant prints 0.33333334.
 */
export function shortestFloat32(value: number): number {
  const rounded = Math.fround(value);
  if (Number.isInteger(rounded)) {
    return rounded;
  }
  const size = Math.abs(rounded);
  if (size >= 1e-4 && size < 1e6) {
    // Eight times as fast as toPrecision. An integer divided by a power of ten is the number nearest to that decimal.
    const exponent = Math.floor(Math.log10(size));
    for (let digits = 6; digits <= 9; digits++) {
      const scale = powersOfTen[digits - 1 - exponent] ?? 1;
      const candidate = Math.round(rounded * scale) / scale;
      if (Math.fround(candidate) === rounded) {
        return candidate;
      }
    }
  }
  for (let digits = 6; digits <= 8; digits++) {
    const candidate = Number(rounded.toPrecision(digits));
    if (Math.fround(candidate) === rounded) {
      return candidate;
    }
  }
  return Number(rounded.toPrecision(9));
}

/** A stored vector in the form of an answer. */
export function shortestFloat32Array(values: Float32Array): number[] {
  const result = new Array<number>(values.length);
  for (let index = 0; index < values.length; index++) {
    result[index] = shortestFloat32(values[index] ?? 0);
  }
  return result;
}
