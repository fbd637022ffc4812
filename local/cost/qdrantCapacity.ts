/** Of a machine with 8 GB, as the parameter qdrantVmSize in infra/main.bicep says. Not measured. */
const MEASURE = { chunks: 1_000_000, dimensions: 1536 };

/** Chunks that a machine of that size holds, when vectors are what fills its memory. */
export function chunksPerMachine(dimensions: number): number {
  return (MEASURE.chunks * MEASURE.dimensions) / dimensions;
}
