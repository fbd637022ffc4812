import type { Collection } from '../collections/collection';
import { unnamedVector } from '../collections/collectionConfig';
import { ownValue, isObject, type JsonObject, type JsonValue } from '../json/jsonValue';
import { readArray, readObject, readString } from '../json/readBody';
import { readPayloadSelector } from '../json/selectPayload';
import { groupPoints } from '../query/groupPoints';
import { parseQuery } from '../query/parseQuery';
import { runQuery } from '../query/runQuery';
import type { Route, RouteRequest } from '../router';
import { collectionOf } from './collectionName';
import { describeScoredPoint, readVectorSelector, type PointSelector } from './describePoint';

/** Payloads and vectors are returned only on request. */
const readSelector = (body: JsonObject, collection: Collection): PointSelector => ({
  payload: readPayloadSelector(ownValue(body, 'with_payload'), 'none'),
  vectors: readVectorSelector(body, collection),
});

function query(request: RouteRequest, body: JsonObject): JsonObject[] {
  const collection = collectionOf(request);
  const plan = parseQuery(body);
  const selector = readSelector(body, collection);
  return runQuery(request.catalogue, collection, plan).map((scored) =>
    describeScoredPoint(collection, scored, selector),
  );
}

/** The older search request uses `vector` instead of `query` and `using`. */
function queryOfSearch(body: JsonObject): JsonObject {
  const { vector = null, top = null, ...rest } = body;
  const limited: JsonObject = { ...rest, limit: ownValue(body, 'limit') ?? top };
  readArrayOrMap(vector);
  if (isObject(vector) && Object.hasOwn(vector, 'name')) {
    return { ...limited, query: ownValue(vector, 'vector') ?? null, using: readString(vector.name, 'vector.name') };
  }
  return { ...limited, query: vector, using: unnamedVector };
}

const readArrayOrMap = (vector: JsonValue) => (Array.isArray(vector) ? vector : readObject(vector, 'vector'));

const batch = (body: JsonObject): JsonObject[] =>
  readArray(ownValue(body, 'searches'), 'searches').map((item, index) => readObject(item, `searches[${index}]`));

const posting = (path: string, answer: (request: RouteRequest) => JsonValue): Route => ({
  method: 'POST',
  path: `/collections/{collection}/points${path}`,
  takesBody: true,
  answer,
});

export const queryRoutes: readonly Route[] = [
  posting('/query', (request) => ({ points: query(request, request.body) })),
  posting('/query/batch', (request) => batch(request.body).map((body) => ({ points: query(request, body) }))),
  posting('/query/groups', (request) => {
    const collection = collectionOf(request);
    const selector = readSelector(request.body, collection);
    const groups = groupPoints(request.catalogue, collection, request.body).map(({ value, hits }) => ({
      id: value,
      hits: hits.map((scored) => describeScoredPoint(collection, scored, selector)),
    }));
    return { groups };
  }),
  posting('/search', (request) => query(request, queryOfSearch(request.body))),
  posting('/search/batch', (request) => batch(request.body).map((body) => query(request, queryOfSearch(body)))),
];
