import type { Collection } from '../collections/collection';
import { comparePointIds, parsePointId, readPointId, type PointId } from '../collections/pointId';
import type { PointStore } from '../collections/pointStore';
import { notFound, wrongInput } from '../errors';
import { readFilter } from '../filter/parseFilter';
import { mostThatPass, selectSlots, slotTest } from '../filter/selectSlots';
import { singleSlotTest } from '../filter/slotTest';
import { ownValue, type JsonObject } from '../json/jsonValue';
import { readBoolean, readOptional } from '../json/readBody';
import { readPayloadSelector } from '../json/selectPayload';
import { readOrderBy, slotsOrderedBy } from '../query/orderBy';
import { readLimit } from '../query/parseQuery';
import type { Route } from '../router';
import { collectionOf } from './collectionName';
import { describePoint, readVectorSelector, type PointSelector } from './describePoint';
import { readPointIds } from './readSelection';

/** A scroll returns payloads unless it declines them; a retrieval, and vectors of both, only on request. */
const readSelector = (body: JsonObject, collection: Collection, byDefault: 'all' | 'none'): PointSelector => ({
  payload: readPayloadSelector(ownValue(body, 'with_payload'), byDefault),
  vectors: readVectorSelector(body, collection),
});

/** Up to this many times the page, passing points are selected and sorted; above, all points are walked in order. */
const SORTED_PER_PAGE = 16;

/**
 * Slots that pass the filter, in the order of ids, starting at an id. Reading all pages one after another takes about as
 * long as one walk over the points: no page selects and sorts them all again.
 */
function scrollFrom(collection: Collection, body: JsonObject, limit: number): number[] {
  const { points } = collection;
  const { store } = points;
  const offset = readOptional(body, 'offset', readPointId);
  const filter = readFilter(body);
  if (filter === undefined) {
    const slots = store.slotsInOrder();
    const start = firstFrom(store, slots, offset);
    return slots.slice(start, start + limit);
  }
  if (mostThatPass(points, filter) <= SORTED_PER_PAGE * limit) {
    const slots = store.inOrder(selectSlots(points, filter));
    const start = firstFrom(store, slots, offset);
    return slots.slice(start, start + limit);
  }
  const passes = singleSlotTest(points, filter);
  const slots = store.slotsInOrder();
  const page: number[] = [];
  for (let index = firstFrom(store, slots, offset); index < slots.length && page.length < limit; index++) {
    const slot = slots[index] ?? 0;
    if (passes(slot)) page.push(slot);
  }
  return page;
}

/** Position of the first slot whose id is not before `offset`, by bisection. */
function firstFrom(store: PointStore, slots: readonly number[], offset: PointId | undefined): number {
  if (offset === undefined) {
    return 0;
  }
  let from = 0;
  let to = slots.length;
  while (from < to) {
    const middle = (from + to) >> 1;
    if (comparePointIds(store.idAt(slots[middle] ?? 0), offset) < 0) {
      from = middle + 1;
    } else {
      to = middle;
    }
  }
  return from;
}

function scroll(collection: Collection, body: JsonObject): JsonObject {
  const limit = readLimit(ownValue(body, 'limit'), 'scroll_request.limit');
  const selector = readSelector(body, collection, 'all');
  const orderBy = readOptional(body, 'order_by', readOrderBy);
  if (orderBy !== undefined) {
    if ((ownValue(body, 'offset') ?? null) !== null) {
      throw wrongInput(
        'Cannot use an `offset` when using `order_by`. The alternative for paging is to use `order_by.start_from` and a ' +
          "filter to exclude the IDs that you've already seen for the `order_by.start_from` value",
      );
    }
    const passes = slotTest(collection.points, readFilter(body));
    const points = slotsOrderedBy(collection.points, orderBy, passes, limit).map(({ slot, orderValue }) => ({
      ...describePoint(collection, slot, selector),
      order_value: orderValue ?? null,
    }));
    return { points, next_page_offset: null };
  }
  // One more than requested: its id is the start of the next page.
  const slots = scrollFrom(collection, body, limit + 1);
  const next = slots[limit];
  return {
    points: slots.slice(0, limit).map((slot) => describePoint(collection, slot, selector)),
    next_page_offset: next === undefined ? null : collection.points.store.idAt(next),
  };
}

export const readRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: '/collections/{collection}/points',
    takesBody: true,
    answer: (request) => {
      const collection = collectionOf(request);
      const selector = readSelector(request.body, collection, 'none');
      const ids = new Set(readPointIds(ownValue(request.body, 'ids'), 'ids'));
      return [...ids]
        .map((id) => collection.points.store.slotOf(id))
        .filter((slot) => slot !== undefined)
        .map((slot) => describePoint(collection, slot, selector));
    },
  },
  {
    method: 'GET',
    path: '/collections/{collection}/points/{id}',
    answer: (request) => {
      const text = request.path.id ?? '';
      const collection = collectionOf(request);
      const id = parsePointId(text);
      if (id === undefined) {
        throw wrongInput(`Can not recognize "${text}" as point id`);
      }
      const slot = collection.points.store.slotOf(id);
      if (slot === undefined) {
        throw notFound(`Point with id ${id} does not exists!`);
      }
      return describePoint(collection, slot, { payload: 'all', vectors: 'all' });
    },
  },
  {
    method: 'POST',
    path: '/collections/{collection}/points/scroll',
    takesBody: true,
    answer: (request) => scroll(collectionOf(request), request.body),
  },
  {
    method: 'POST',
    path: '/collections/{collection}/points/count',
    takesBody: true,
    answer: (request) => {
      const { points } = collectionOf(request);
      readOptional(request.body, 'exact', readBoolean);
      const filter = readFilter(request.body);
      return { count: filter === undefined ? points.store.size : selectSlots(points, filter).length };
    },
  },
];
