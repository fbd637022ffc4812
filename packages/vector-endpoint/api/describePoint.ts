import { unnamedVector } from '../collections/collectionConfig';
import type { Collection } from '../collections/collection';
import { wrongInput } from '../errors';
import { shortestFloat32, shortestFloat32Array } from '../json/float32';
import type { JsonObject, JsonValue } from '../json/jsonValue';
import { readArray, readString, wrongType } from '../json/readBody';
import { selectPayload, type PayloadSelector } from '../json/selectPayload';
import type { ScoredSlot } from '../query/scoredSlots';

/** The vectors to return. */
export type VectorSelector = 'all' | 'none' | readonly string[];

/** Reads `with_vector`: true, false or a list of names. */
export function readVectorSelector(body: JsonObject, collection: Collection): VectorSelector {
  const value = body.with_vector ?? body.with_vectors ?? false;
  if (typeof value === 'boolean') {
    return value ? 'all' : 'none';
  }
  if (!Array.isArray(value)) {
    throw wrongType(value, 'with_vector', 'a boolean or a list of vector names');
  }
  const names = readArray(value, 'with_vector').map((name) => readString(name, 'with_vector'));
  const unknown = names.find((name) => !collection.points.dense.has(name) && !collection.points.sparse.has(name));
  if (unknown !== undefined) {
    throw wrongInput(`Not existing vector name error: ${unknown}`);
  }
  return names;
}

/** The parts of a point to return besides its id. */
export interface PointSelector {
  readonly payload: PayloadSelector;
  readonly vectors: VectorSelector;
}

function describeVector(collection: Collection, slot: number, name: string): JsonValue | undefined {
  const dense = collection.points.dense.get(name)?.get(slot);
  if (dense !== undefined) {
    return shortestFloat32Array(dense);
  }
  const sparse = collection.points.sparse.get(name)?.get(slot);
  return sparse && { indices: [...sparse.indices], values: shortestFloat32Array(sparse.values) };
}

function describeVectors(collection: Collection, slot: number, selector: VectorSelector): JsonValue {
  const { dense, sparse } = collection.points;
  const names = typeof selector === 'string' ? [...dense.keys(), ...sparse.keys()] : selector;
  const described = names
    .map((name): [string, JsonValue | undefined] => [name, describeVector(collection, slot, name)])
    .filter((entry): entry is [string, JsonValue] => entry[1] !== undefined);
  const onlyVector = described.length === 1 && described[0]?.[0] === unnamedVector ? described[0][1] : undefined;
  return onlyVector ?? Object.fromEntries(described);
}

/** A stored point in an answer. `payload` and `vector` are included only on request. */
export function describePoint(collection: Collection, slot: number, selector: PointSelector): JsonObject {
  const { store } = collection.points;
  const payload = selectPayload(store.payloadAt(slot), selector.payload);
  return {
    id: store.idAt(slot),
    ...(payload !== undefined && { payload }),
    ...(selector.vectors !== 'none' && { vector: describeVectors(collection, slot, selector.vectors) }),
  };
}

/** A point of a query's answer. */
export function describeScoredPoint(collection: Collection, scored: ScoredSlot, selector: PointSelector): JsonObject {
  const { id, ...rest } = describePoint(collection, scored.slot, selector);
  return {
    id: id ?? null,
    version: collection.points.store.versionAt(scored.slot),
    score: shortestFloat32(scored.score),
    ...rest,
    ...(scored.orderValue !== undefined && { order_value: scored.orderValue }),
  };
}
