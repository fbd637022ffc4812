import { invalidValue, malformedBody, unsupported, wrongInput } from '../errors';
import { isObject, ownValue, type JsonObject, type JsonValue } from '../json/jsonValue';
import { mergeInto } from '../json/jsonPath';
import { readObject, readOneOf, readOptional, readUnsigned } from '../json/readBody';
import {
  defaultEchoedConfig,
  distances,
  unnamedVector,
  type CollectionConfig,
  type DenseVectorConfig,
  type EchoedConfig,
  type SparseVectorConfig,
} from './collectionConfig';

const largestDimension = 65536;

/** Options without effect on exact search over 32-bit floats. */
const echoedVectorOptions = ['hnsw_config', 'quantization_config', 'on_disk', 'memory', 'datatype'];

function checkHnsw(value: JsonValue | undefined, path: string): JsonObject {
  const hnsw = readObject(value, path);
  readOptional(hnsw, 'm', readUnsigned, `${path}.m`);
  readOptional(hnsw, 'ef_construct', (found, at) => readUnsigned(found, at, 4), `${path}.ef_construct`);
  readOptional(hnsw, 'full_scan_threshold', (found, at) => readUnsigned(found, at, 10), `${path}.full_scan_threshold`);
  return hnsw;
}

function parseDense(value: JsonValue | undefined, path: string): DenseVectorConfig {
  const object = readObject(value, path);
  const size = readUnsigned(ownValue(object, 'size'), `${path}.size`);
  if (size === 0) {
    throw malformedBody(`${path}.size: invalid value: integer \`0\`, expected a nonzero size`);
  }
  if (size > largestDimension) {
    throw invalidValue(`${path}.size`, `value ${size} invalid, must be from 1 to ${largestDimension}`);
  }
  const datatype = ownValue(object, 'datatype') ?? 'float32';
  if (datatype !== 'float32') {
    throw unsupported(`vector datatype ${JSON.stringify(datatype)}`);
  }
  if ((ownValue(object, 'multivector_config') ?? null) !== null) {
    throw unsupported('multivectors');
  }
  readOptional(object, 'hnsw_config', checkHnsw, `${path}.hnsw_config`);
  const options: JsonObject = {};
  for (const name of echoedVectorOptions) {
    const option = ownValue(object, name);
    if (option !== undefined && option !== null) {
      options[name] = option;
    }
  }
  return { size, distance: readOneOf(ownValue(object, 'distance'), `${path}.distance`, distances), options };
}

function parseSparse(value: JsonValue | undefined, path: string): SparseVectorConfig {
  const parameters = readObject(value, path);
  const modifier = readOptional(parameters, 'modifier', (found, at) => readOneOf(found, at, ['none', 'idf'] as const));
  const index = readOptional(parameters, 'index', readObject, `${path}.index`);
  const datatype = index === undefined ? 'float32' : (ownValue(index, 'datatype') ?? 'float32');
  if (datatype !== 'float32') {
    throw unsupported(`sparse vector datatype ${JSON.stringify(datatype)}`);
  }
  return { modifier: modifier ?? 'none', parameters };
}

function checkVectorName(name: string, kind: string): void {
  if (Buffer.byteLength(name) > 200) {
    throw wrongInput(`Invalid ${kind} vector name \`${name}\`: vector name must be at most 200 bytes long`);
  }
  const forbidden = [...'<>:"/\\|?*\0\u001f'].find((character) => name.includes(character));
  if (forbidden !== undefined) {
    throw wrongInput(`Invalid ${kind} vector name \`${name}\`: vector name cannot contain "${forbidden}" char`);
  }
}

function parseVectors(value: JsonValue | undefined): Pick<CollectionConfig, 'isUnnamed' | 'dense'> {
  if (value === undefined || value === null) {
    return { isUnnamed: false, dense: new Map() };
  }
  const vectors = readObject(value, 'vectors');
  if (Object.hasOwn(vectors, 'size') && !isObject(vectors.size)) {
    return { isUnnamed: true, dense: new Map([[unnamedVector, parseDense(vectors, 'vectors')]]) };
  }
  const dense = new Map<string, DenseVectorConfig>();
  for (const [name, parameters] of Object.entries(vectors)) {
    checkVectorName(name, 'dense');
    dense.set(name, parseDense(parameters, `vectors.${name}`));
  }
  return { isUnnamed: false, dense };
}

function parseSparseVectors(value: JsonValue | undefined, dense: ReadonlyMap<string, unknown>) {
  const sparse = new Map<string, SparseVectorConfig>();
  for (const [name, parameters] of Object.entries(readObject(value ?? {}, 'sparse_vectors'))) {
    checkVectorName(name, 'sparse');
    if (name === unnamedVector) {
      throw wrongInput('Sparse vector name cannot be empty');
    }
    if (dense.has(name)) {
      throw wrongInput(`Dense and sparse vector names must be unique - duplicate found with '${name}'`);
    }
    sparse.set(name, parseSparse(parameters, `sparse_vectors.${name}`));
  }
  return sparse;
}

/** `left`, with the fields of `right` replacing its own; nulls are ignored. */
const overlay = (left: JsonObject, right: JsonObject | undefined): JsonObject => ({
  ...left,
  ...Object.fromEntries(Object.entries(right ?? {}).filter(([, value]) => value !== null)),
});

function overlayEchoed(echoed: EchoedConfig, body: JsonObject, params: JsonObject): EchoedConfig {
  const metadata = readOptional(body, 'metadata', readObject);
  const merged: JsonObject = { ...echoed.metadata };
  mergeInto(merged, metadata ?? {});
  const optimizers = ownValue(body, 'optimizers_config') ?? ownValue(body, 'optimizer_config') ?? {};
  return {
    params: overlay(echoed.params, params),
    hnsw: overlay(echoed.hnsw, readOptional(body, 'hnsw_config', checkHnsw)),
    optimizer: overlay(echoed.optimizer, readObject(optimizers, 'optimizers_config')),
    wal: overlay(echoed.wal, readOptional(body, 'wal_config', readObject)),
    quantization: readOptional(body, 'quantization_config', readObject) ?? echoed.quantization,
    strictMode: overlay(echoed.strictMode, readOptional(body, 'strict_mode_config', readObject)),
    metadata: metadata === undefined ? echoed.metadata : merged,
  };
}

function readParams(body: JsonObject): JsonObject {
  const params: JsonObject = {};
  for (const name of ['shard_number', 'replication_factor', 'write_consistency_factor']) {
    const count = readOptional(body, name, (value, path) => readUnsigned(value, path, 1));
    if (count !== undefined) {
      params[name] = count;
    }
  }
  const isOnDisk = ownValue(body, 'on_disk_payload');
  return typeof isOnDisk === 'boolean' ? { ...params, on_disk_payload: isOnDisk } : params;
}

function refuseStrictMode(body: JsonObject): void {
  const strictMode = readOptional(body, 'strict_mode_config', readObject);
  if (strictMode?.enabled === true) {
    throw unsupported('strict mode');
  }
}

/**
 * Reads the body of PUT /collections/{name}.
 *
 * @throws AnswerError 400 or 422 for what Qdrant refuses; 501 for multivectors, other datatypes, custom sharding and
 *   strict mode, which would change results
 */
export function parseCollectionConfig(body: JsonObject): CollectionConfig {
  refuseStrictMode(body);
  if (ownValue(body, 'sharding_method') === 'custom') {
    throw unsupported('custom sharding');
  }
  const vectors = parseVectors(ownValue(body, 'vectors'));
  const sparse = parseSparseVectors(ownValue(body, 'sparse_vectors'), vectors.dense);
  return { ...vectors, sparse, echoed: overlayEchoed(defaultEchoedConfig, body, readParams(body)) };
}

/** The configuration after PATCH /collections/{name}. Sizes, distances and names cannot change. */
export function patchCollectionConfig(config: CollectionConfig, body: JsonObject): CollectionConfig {
  refuseStrictMode(body);
  const dense = new Map(config.dense);
  for (const [name, parameters] of Object.entries(readOptional(body, 'vectors', readObject) ?? {})) {
    const current = dense.get(name);
    if (current === undefined) {
      throw wrongInput(`Not existing vector name error: ${name}`);
    }
    const options = overlay(current.options, readObject(parameters, `vectors.${name}`));
    dense.set(name, parseDense({ ...options, size: current.size, distance: current.distance }, `vectors.${name}`));
  }
  const sparse = new Map(config.sparse);
  for (const [name, parameters] of Object.entries(readOptional(body, 'sparse_vectors', readObject) ?? {})) {
    const current = sparse.get(name);
    if (current === undefined) {
      throw wrongInput(`Not existing vector name error: ${name}`);
    }
    const changed = overlay(current.parameters, readObject(parameters, `sparse_vectors.${name}`));
    sparse.set(name, parseSparse(changed, `sparse_vectors.${name}`));
  }
  const params = readOptional(body, 'params', readObject) ?? {};
  return { ...config, dense, sparse, echoed: overlayEchoed(config.echoed, body, params) };
}

/** Reads back what describeConfig wrote into a collection's file. */
export function restoreCollectionConfig(described: JsonObject): CollectionConfig {
  const params = readObject(described.params, 'params');
  const { vectors = null, sparse_vectors: sparse = null, ...echoedParams } = params;
  const parsed = parseVectors(vectors);
  if (!isObject(described.hnsw_config)) {
    throw malformedBody('hnsw_config is missing');
  }
  return {
    ...parsed,
    sparse: parseSparseVectors(sparse, parsed.dense),
    echoed: {
      params: echoedParams,
      hnsw: described.hnsw_config,
      optimizer: readObject(described.optimizer_config, 'optimizer_config'),
      wal: readObject(described.wal_config, 'wal_config'),
      quantization: readOptional(described, 'quantization_config', readObject) ?? null,
      strictMode: readObject(described.strict_mode_config, 'strict_mode_config'),
      metadata: readOptional(described, 'metadata', readObject),
    },
  };
}
