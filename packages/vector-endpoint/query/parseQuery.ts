import { readPointId } from '../collections/pointId';
import { unnamedVector } from '../collections/collectionConfig';
import { badRequest, invalidValue, malformedBody, unsupported, wrongInput } from '../errors';
import { readFilter } from '../filter/parseFilter';
import { isObject, ownValue, type JsonObject, type JsonValue } from '../json/jsonValue';
import {
  oneOrMany,
  readArray,
  readNumber,
  readObject,
  readOneOf,
  readOptional,
  readString,
  readUnsigned,
} from '../json/readBody';
import { readDenseValues, readSparseValues } from './readVector';
import { defaultRankConstant, type Fusion } from './fusion';
import { readOrderBy } from './orderBy';
import type { LookupFrom, QueryPlan, QueryStage, Scoring, VectorInput } from './queryPlan';

const defaultLimit = 10;
const deepestPrefetch = 64;

/** Kinds of query that only a real Qdrant supports. */
const unsupportedQueries = ['recommend', 'discover', 'context', 'formula', 'relevance_feedback'];

function readVectorInput(value: JsonValue, path: string): VectorInput {
  if (Array.isArray(value)) {
    if (Array.isArray(value[0])) {
      throw unsupported('multivectors');
    }
    return { kind: 'dense', values: readDenseValues(value, path) };
  }
  if (isObject(value)) {
    if (Object.hasOwn(value, 'indices')) {
      return { kind: 'sparse', ...readSparseValues(value, path) };
    }
    if (['text', 'image', 'object'].some((input) => Object.hasOwn(value, input))) {
      throw unsupported('inference: embed on the client and send vectors');
    }
    throw malformedBody(`${path}: Expected some form of vector, id, or a type of query`);
  }
  return { kind: 'point', id: readPointId(value) };
}

function readWeights(value: JsonValue | undefined, path: string): number[] {
  return readArray(value, path).map((item, index) => readNumber(item, `${path}[${index}]`));
}

function readFusion(query: JsonObject): Fusion {
  if (Object.hasOwn(query, 'fusion')) {
    const kind = readOneOf(query.fusion, 'query.fusion', ['rrf', 'dbsf'] as const);
    return kind === 'dbsf' ? { kind } : { kind, k: defaultRankConstant, weights: undefined };
  }
  const rrf = readObject(query.rrf, 'query.rrf');
  return {
    kind: 'rrf',
    k: readOptional(rrf, 'k', (value, path) => readUnsigned(value, path, 1), 'query.rrf.k') ?? defaultRankConstant,
    weights: readOptional(rrf, 'weights', readWeights, 'query.rrf.weights'),
  };
}

function readLookupFrom(value: JsonValue | undefined, path: string): LookupFrom {
  const object = readObject(value, path);
  return {
    collection: readString(ownValue(object, 'collection'), `${path}.collection`),
    vector: readOptional(object, 'vector', readString, `${path}.vector`),
  };
}

function readScoring(body: JsonObject): Scoring | undefined {
  const query = ownValue(body, 'query');
  if (query === undefined || query === null) {
    return undefined;
  }
  if (isObject(query)) {
    const refused = unsupportedQueries.find((kind) => Object.hasOwn(query, kind));
    if (refused !== undefined || (query.mmr ?? null) !== null) {
      throw unsupported(`query kind \`${refused ?? 'mmr'}\``);
    }
    if (Object.hasOwn(query, 'fusion') || Object.hasOwn(query, 'rrf')) {
      return { kind: 'fusion', fusion: readFusion(query) };
    }
    if (Object.hasOwn(query, 'order_by')) {
      return { kind: 'orderBy', orderBy: readOrderBy(query.order_by, 'query.order_by') };
    }
    if (Object.hasOwn(query, 'sample')) {
      readOneOf(query.sample, 'query.sample', ['random']);
      return { kind: 'sample' };
    }
  }
  const nearest = isObject(query) && Object.hasOwn(query, 'nearest') ? (query.nearest ?? null) : query;
  return {
    kind: 'nearest',
    vector: readVectorInput(nearest, 'query'),
    using: readOptional(body, 'using', readString) ?? unnamedVector,
    lookupFrom: readOptional(body, 'lookup_from', readLookupFrom),
  };
}

/** Throws for combinations of the parts of a stage that Qdrant refuses. */
function checkStage(stage: QueryStage, using: string): void {
  const { scoring, prefetches } = stage;
  if (prefetches.length > 0 && scoring === undefined) {
    throw badRequest("A query is needed to merge the prefetches. Can't have prefetches without defining a query.");
  }
  if (stage.scoreThreshold !== undefined && scoring === undefined) {
    throw badRequest(
      "A query is needed to use the score_threshold. Can't have score_threshold without defining a query.",
    );
  }
  if (stage.scoreThreshold !== undefined && scoring?.kind === 'orderBy') {
    throw badRequest("Can't use score_threshold with an order_by query.");
  }
  if (scoring?.kind !== 'fusion') {
    return;
  }
  if (using !== unnamedVector) {
    throw badRequest("Fusion queries cannot be combined with the 'using' field.");
  }
  if (prefetches.length === 0) {
    throw wrongInput('Validation failed: cannot apply Fusion without prefetches');
  }
  const weights = scoring.fusion.kind === 'rrf' ? scoring.fusion.weights : undefined;
  if (weights !== undefined && weights.length !== prefetches.length) {
    throw wrongInput(
      'Validation failed: Number of weights in RRF should match number of pre-fetches: ' +
        `got ${weights.length}, expected ${prefetches.length}`,
    );
  }
}

function readParams(body: JsonObject, where: string): void {
  const params = readOptional(body, 'params', readObject);
  if (params === undefined) {
    return;
  }
  readOptional(params, 'hnsw_ef', (value, path) => readUnsigned(value, path, 1), `${where}.hnsw_ef`);
  const idf = ownValue(params, 'idf') ?? null;
  if (idf !== null && idf !== 'global') {
    throw unsupported('params.idf over a corpus');
  }
}

/**
 * Reads one stage of a query.
 *
 * @param where path of the stage in the body, for messages
 * @param extraLimit added to the limit: the offset of the whole query
 * @param depth of nesting, for Qdrant's bound of 64
 */
function readStage(body: JsonObject, where: string, extraLimit: number, depth: number): QueryStage {
  if (depth > deepestPrefetch) {
    throw wrongInput(`Validation failed: prefetches depth ${depth} exceeds max depth ${deepestPrefetch}`);
  }
  readParams(body, `${where}.params`);
  const prefetch = ownValue(body, 'prefetch') ?? [];
  const stage: QueryStage = {
    prefetches: oneOrMany(prefetch).map((item, index) => {
      const path = `${where}.prefetch[${index}]`;
      return readStage(readObject(item, path), path, 0, depth + 1);
    }),
    scoring: readScoring(body),
    filter: readFilter(body),
    scoreThreshold: readOptional(body, 'score_threshold', readNumber),
    limit: readLimit(ownValue(body, 'limit'), `${where}.limit`) + extraLimit,
  };
  checkStage(stage, readOptional(body, 'using', readString) ?? unnamedVector);
  return stage;
}

export function readLimit(value: JsonValue | undefined, path: string, byDefault = defaultLimit): number {
  if (value === undefined || value === null) {
    return byDefault;
  }
  if (value === 0) {
    throw invalidValue(path, 'value 0 invalid, must be 1 or larger');
  }
  return readUnsigned(value, path);
}

/** Reads the body of POST /collections/{name}/points/query. */
export function parseQuery(body: JsonObject): QueryPlan {
  const offset = readOptional(body, 'offset', (value, path) => readUnsigned(value, path)) ?? 0;
  return { stage: readStage(body, 'internal', offset, 0), offset };
}
