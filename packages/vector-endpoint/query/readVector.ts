import { invalidValue, malformedBody } from '../errors';
import { ownValue, type JsonObject, type JsonValue } from '../json/jsonValue';
import { readArray } from '../json/readBody';

const largestDimensionIndex = 4294967295;

/** The numbers of a dense vector. Empty ones are refused with 422. */
export function readDenseValues(value: JsonValue[], path: string): number[] {
  if (value.length === 0) {
    throw invalidValue(`${path}.vector`, 'dense vector must not be empty');
  }
  for (let index = 0; index < value.length; index++) {
    if (typeof value[index] !== 'number') {
      throw malformedBody(`${path}[${index}]: invalid type: ${JSON.stringify(value[index])}, expected a number`);
    }
  }
  return value as number[];
}

/** The two lists of a sparse vector: of one length, dimensions unique and unsigned 32-bit. */
export function readSparseValues(object: JsonObject, path: string): { indices: number[]; values: number[] } {
  const indices = readArray(ownValue(object, 'indices'), `${path}.indices`);
  const values = readArray(ownValue(object, 'values'), `${path}.values`);
  for (const index of indices) {
    if (!Number.isInteger(index) || (index as number) < 0 || (index as number) > largestDimensionIndex) {
      throw malformedBody(
        `${path}.indices: invalid value ${JSON.stringify(index)}, expected an unsigned 32-bit integer`,
      );
    }
  }
  for (const value of values) {
    if (typeof value !== 'number') {
      throw malformedBody(`${path}.values: invalid type: ${JSON.stringify(value)}, expected a number`);
    }
  }
  if (indices.length !== values.length) {
    throw invalidValue(`${path}.values`, 'Validation error: must be the same length as indices [{}]');
  }
  if (new Set(indices).size !== indices.length) {
    throw invalidValue(`${path}.indices`, 'Validation error: must be unique [{}]');
  }
  return { indices: indices as number[], values: values as number[] };
}
