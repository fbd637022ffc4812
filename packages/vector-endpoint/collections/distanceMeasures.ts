type Measure = (query: Float32Array, rows: Float32Array, start: number, dimension: number) => number;

const euclid: Measure = (query, rows, start, dimension) => {
  let sum = 0;
  for (let index = 0; index < dimension; index++) {
    const difference = query[index]! - rows[start + index]!;
    sum += difference * difference;
  }
  return Math.fround(Math.sqrt(sum));
};

const manhattan: Measure = (query, rows, start, dimension) => {
  let sum = 0;
  for (let index = 0; index < dimension; index++) {
    sum += Math.abs(query[index]! - rows[start + index]!);
  }
  return Math.fround(sum);
};

/** Distances between a query and a row that starts at a position of `rows`. */
export const distanceMeasures = { Euclid: euclid, Manhattan: manhattan };
