/** A matrix of 8-bit integers with one scale per column: `value = integer * scale[column]`. */
export interface QuantizedMatrix {
  integers: Int8Array;
  scales: Float32Array;
}

/**
 * Largest weight after quantisation: 7 bits, not 8. CPUs with AVX2 but without VNNI multiply unsigned activations by
 * signed weights and add two products into 16 bits with saturation; 2 * 255 * 63 = 32,130 still fits, 2 * 255 * 127
 * does not. So every CPU computes the same vectors.
 */
const LARGEST_WEIGHT = 63;

/** Symmetric quantisation per column of a row-major matrix with `rows * columns` values. */
export function quantizeWeights(values: Float32Array, rows: number, columns: number): QuantizedMatrix {
  const integers = new Int8Array(rows * columns);
  const scales = new Float32Array(columns);
  for (let column = 0; column < columns; column++) {
    let largest = 0;
    for (let index = column; index < values.length; index += columns) {
      largest = Math.max(largest, Math.abs(values[index] ?? 0));
    }
    const scale = largest === 0 ? 1 : largest / LARGEST_WEIGHT;
    scales[column] = scale;
    for (let index = column; index < values.length; index += columns) {
      integers[index] = Math.round((values[index] ?? 0) / scale);
    }
  }
  return { integers, scales };
}
