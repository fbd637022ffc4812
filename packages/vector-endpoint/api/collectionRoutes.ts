import { describeCollection } from '../collections/describeCollection';
import { parseCollectionConfig, patchCollectionConfig } from '../collections/parseCollectionConfig';
import type { Route } from '../router';
import { collectionName, collectionOf, newCollectionName } from './collectionName';

export const collectionRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/collections',
    answer: ({ catalogue }) => ({ collections: catalogue.names().map((name) => ({ name })) }),
  },
  {
    method: 'GET',
    path: '/collections/{collection}',
    answer: (request) => describeCollection(collectionOf(request)),
  },
  {
    method: 'GET',
    path: '/collections/{collection}/exists',
    answer: (request) => ({ exists: request.catalogue.find(collectionName(request)) !== undefined }),
  },
  {
    method: 'PUT',
    path: '/collections/{collection}',
    takesBody: true,
    answer: (request) => {
      const name = newCollectionName(request);
      request.catalogue.create(name, parseCollectionConfig(request.body));
      return true;
    },
  },
  {
    method: 'PATCH',
    path: '/collections/{collection}',
    takesBody: true,
    answer: (request) => {
      const collection = collectionOf(request);
      collection.patchConfig(patchCollectionConfig(collection.config, request.body));
      return true;
    },
  },
  {
    method: 'DELETE',
    path: '/collections/{collection}',
    answer: (request) => request.catalogue.delete(collectionName(request)),
  },
];
