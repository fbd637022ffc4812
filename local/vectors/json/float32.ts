/**
 * The shortest decimal that reads back as the same 32-bit float. Qdrant computes and prints 32-bit floats; a plain
 * JavaScript number would print 0.3333333432674408 where Qdrant prints 0.33333334.
 */
export function shortestFloat32(value: number): number {
  const rounded = Math.fround(value);
  if (Number.isInteger(rounded)) {
    return rounded;
  }
  for (let digits = 6; digits <= 8; digits++) {
    const candidate = Number(rounded.toPrecision(digits));
    if (Math.fround(candidate) === rounded) {
      return candidate;
    }
  }
  return Number(rounded.toPrecision(9));
}

/** A stored vector as it goes into an answer. */
export function shortestFloat32Array(values: Float32Array): number[] {
  const result = new Array<number>(values.length);
  for (let index = 0; index < values.length; index++) {
    result[index] = shortestFloat32(values[index] ?? 0);
  }
  return result;
}
