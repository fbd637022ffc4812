import { countFacets } from '../query/facet';
import type { Route } from '../router';
import { collectionOf } from './collectionName';

export const facetRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: '/collections/{collection}/facet',
    takesBody: true,
    answer: (request) => ({
      hits: countFacets(collectionOf(request), request.body).map(({ value, count }) => ({ value, count })),
    }),
  },
];
