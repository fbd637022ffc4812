import { unnamedVector, type CollectionConfig } from '../collections/collectionConfig';
import { prepareDenseVector } from '../collections/denseVectors';
import type { NamedVectors } from '../log/operations';
import { prepareSparseVector, type SparseVector } from '../collections/sparseVectors';
import { malformedBody, unsupported, wrongInput } from '../errors';
import { isObject, type JsonObject, type JsonValue } from '../json/jsonValue';
import { readDenseValues, readSparseValues } from '../query/readVector';

const isInferenceInput = (object: JsonObject) =>
  ['text', 'image', 'object'].some((input) => Object.hasOwn(object, input));

const wrongKind = () => wrongInput('Conversion between sparse and regular vectors failed');

/**
 * Reads the vectors of a point and prepares them for storing: a list for the unnamed vector, or a map by name.
 *
 * @throws AnswerError 400 for an unknown name, another dimension or kind; 422 for an empty or inconsistent vector
 */
export function readVectors(value: JsonValue | undefined, config: CollectionConfig, path: string): NamedVectors {
  const dense = new Map<string, Float32Array>();
  const sparse = new Map<string, SparseVector>();
  const add = (name: string, vector: JsonValue, at: string) => {
    if (Array.isArray(vector)) {
      dense.set(name, readDense(vector, name, config, at));
    } else if (isObject(vector) && Object.hasOwn(vector, 'indices')) {
      sparse.set(name, readSparse(vector, name, config, at));
    } else if (isObject(vector) && isInferenceInput(vector)) {
      throw unsupported('inference: embed on the client and send vectors');
    } else {
      throw malformedBody(`${at}: expected a list of numbers, or a map with indices and values`);
    }
  };

  if (value === undefined || value === null) {
    throw malformedBody(`missing field \`${path}\``);
  }
  if (Array.isArray(value)) {
    add(unnamedVector, value, path);
  } else if (isObject(value)) {
    for (const [name, vector] of Object.entries(value)) {
      // Qdrant does not name the vector in its messages.
      add(name, vector, `${path}.?`);
    }
  } else {
    throw malformedBody(`${path}: expected a list of numbers, or a map of vectors by name`);
  }
  return { dense, sparse };
}

function readDense(vector: JsonValue[], name: string, config: CollectionConfig, path: string): Float32Array {
  if (Array.isArray(vector[0])) {
    throw unsupported('multivectors');
  }
  const values = readDenseValues(vector, path);
  const expected = config.dense.get(name);
  if (expected === undefined) {
    throw config.sparse.has(name) ? wrongKind() : wrongInput(`Not existing vector name error: ${name}`);
  }
  if (values.length !== expected.size) {
    throw wrongInput(`Vector dimension error: expected dim: ${expected.size}, got ${values.length}`);
  }
  return prepareDenseVector(values, expected.distance);
}

function readSparse(vector: JsonObject, name: string, config: CollectionConfig, path: string): SparseVector {
  const { indices, values } = readSparseValues(vector, path);
  if (!config.sparse.has(name)) {
    throw config.dense.has(name) ? wrongKind() : wrongInput(`Not existing vector name error: ${name}`);
  }
  return prepareSparseVector(indices, values);
}
