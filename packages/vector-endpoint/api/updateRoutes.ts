import { ownValue } from '../json/jsonValue';
import { readArray } from '../json/readBody';
import type { Route } from '../router';
import { collectionOf } from './collectionName';
import { checkBatchItem, readBatchItem, readOperation } from './readOperation';
import { readWait, updateResult } from './updateAnswer';

const changing = (
  method: Route['method'],
  path: string,
  read: (typeof readOperation)[keyof typeof readOperation],
): Route => ({
  method,
  path: `/collections/{collection}/points${path}`,
  takesBody: true,
  answer: (request) => {
    const isWaiting = readWait(request);
    const collection = collectionOf(request);
    return updateResult(collection.update(read(request.body, collection)), isWaiting);
  },
});

export const updateRoutes: readonly Route[] = [
  changing('PUT', '', readOperation.upsert),
  changing('POST', '/delete', readOperation.delete),
  changing('POST', '/payload', readOperation.set_payload),
  changing('PUT', '/payload', readOperation.overwrite_payload),
  changing('POST', '/payload/delete', readOperation.delete_payload),
  changing('POST', '/payload/clear', readOperation.clear_payload),
  changing('PUT', '/vectors', readOperation.update_vectors),
  changing('POST', '/vectors/delete', readOperation.delete_vectors),
  {
    method: 'POST',
    path: '/collections/{collection}/points/batch',
    takesBody: true,
    answer: (request) => {
      const isWaiting = readWait(request);
      const collection = collectionOf(request);
      const items = readArray(ownValue(request.body, 'operations'), 'operations');
      items.forEach((item, index) => checkBatchItem(item, collection, `operations[${index}]`));
      // Read one by one: a later change may affect points that an earlier one creates.
      return items.map((item, index) =>
        updateResult(collection.update(readBatchItem(item, collection, `operations[${index}]`)), isWaiting),
      );
    },
  },
];
