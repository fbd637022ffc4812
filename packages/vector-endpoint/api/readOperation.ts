import type { Collection } from '../collections/collection';
import type { Operation } from '../log/operations';
import { readPointId } from '../collections/pointId';
import { AnswerError, badRequest, invalidValue, malformedBody, wrongInput } from '../errors';
import { parseJsonPath } from '../json/jsonPath';
import { isObject, ownValue, type JsonObject, type JsonValue } from '../json/jsonValue';
import { readArray, readObject, readOptional, readString } from '../json/readBody';
import { readUpsert } from './readPoints';
import { readSelection } from './readSelection';
import { readFilter } from '../filter/parseFilter';
import { slotPasses } from '../filter/slotTest';
import { readVectors } from './readVectors';

type ReadOperation = (body: JsonObject, collection: Collection) => Operation;

const upsert: ReadOperation = (body, collection) => ({ kind: 'upsert', points: readUpsert(body, collection) });

const deletePoints: ReadOperation = (body, collection) => ({
  kind: 'deletePoints',
  ids: readSelection(body, collection, 'ignore').filter((id) => collection.points.store.slotOf(id) !== undefined),
});

const setPayload: ReadOperation = (body, collection) => ({
  kind: 'setPayload',
  payload: readObject(ownValue(body, 'payload'), 'payload'),
  path: readOptional(body, 'key', (value, path) => parseJsonPath(readString(value, path)).text),
  ids: readSelection(body, collection, 'refuse'),
});

const overwritePayload: ReadOperation = (body, collection) => ({
  kind: 'overwritePayload',
  payload: readObject(ownValue(body, 'payload'), 'payload'),
  ids: readSelection(body, collection, 'refuse'),
});

const deletePayload: ReadOperation = (body, collection) => ({
  kind: 'deletePayload',
  paths: readArray(ownValue(body, 'keys'), 'keys').map((key) => parseJsonPath(readString(key, 'keys')).text),
  ids: readSelection(body, collection, 'refuse'),
});

const clearPayload: ReadOperation = (body, collection) => ({
  kind: 'clearPayload',
  ids: readSelection(body, collection, 'refuse'),
});

const updateVectors: ReadOperation = (body, collection) => {
  const points = readArray(ownValue(body, 'points'), 'points').map((item, index) => {
    const point = readObject(item, `points[${index}]`);
    const vectors = ownValue(point, 'vector') ?? ownValue(point, 'vectors');
    return {
      id: readPointId(ownValue(point, 'id')),
      vectors: readVectors(vectors, collection.config, `points[${index}].vector`),
    };
  });
  if (points.length === 0) {
    throw invalidValue('points', 'must specify points to update');
  }
  const filter = readFilter(body, 'update_filter');
  const isSelected = (slot: number) => filter === undefined || slotPasses(collection.points, slot, filter);
  return { kind: 'updateVectors', points: points.filter(({ id }) => isSelected(collection.slotOf(id))) };
};

const deleteVectors: ReadOperation = (body, collection) => {
  const names = readArray(ownValue(body, 'vector'), 'vector').map((name) => readString(name, 'vector'));
  if (names.length === 0) {
    throw invalidValue('vector', 'must specify vector names to delete');
  }
  if ((ownValue(body, 'points') ?? ownValue(body, 'filter') ?? null) === null) {
    throw badRequest('No filter or points provided');
  }
  const unknown = names.find((name) => !collection.points.dense.has(name) && !collection.points.sparse.has(name));
  if (unknown !== undefined) {
    throw wrongInput(`Not existing vector name error: ${unknown}`);
  }
  // Ids and a filter select together here; in all other changes ids win.
  const parts: JsonObject[] = [
    { points: ownValue(body, 'points') ?? null },
    { filter: ownValue(body, 'filter') ?? null },
  ];
  const ids = parts
    .filter((part) => Object.values(part).some((value) => value !== null))
    .flatMap((part) => readSelection(part, collection, 'refuse'));
  return { kind: 'deleteVectors', names, ids: [...new Set(ids)] };
};

/** Readers for each kind of change, by its name in a batch of changes. */
export const readOperation = {
  upsert,
  delete: deletePoints,
  set_payload: setPayload,
  overwrite_payload: overwritePayload,
  delete_payload: deletePayload,
  clear_payload: clearPayload,
  update_vectors: updateVectors,
  delete_vectors: deleteVectors,
} satisfies Record<string, ReadOperation>;

const isKind = (name: string): name is keyof typeof readOperation => Object.hasOwn(readOperation, name);

/** Reads one item of a batch: an object whose only key is the kind of change. */
export function readBatchItem(value: JsonValue, collection: Collection, path: string): Operation {
  const item = isObject(value) ? value : {};
  const kind = Object.keys(item).find(isKind);
  if (kind === undefined) {
    throw malformedBody(`${path}: expected one of ${Object.keys(readOperation).join(', ')}`);
  }
  // delete and clear_payload contain a selection; the others contain their own type of object.
  return readOperation[kind](readObject(item[kind], `${path}.${kind}`), collection);
}

/** Refuses a malformed item of a batch before any item is applied. What depends on stored points is not checked here. */
export function checkBatchItem(value: JsonValue, collection: Collection, path: string): void {
  try {
    readBatchItem(value, collection, path);
  } catch (error) {
    if (!(error instanceof AnswerError) || error.isAboutForm) throw error;
  }
}
