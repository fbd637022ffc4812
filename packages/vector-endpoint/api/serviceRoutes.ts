import type { Route } from '../router';

/** The version of Qdrant whose behaviour this endpoint follows; clients compare it with their own. */
const qdrantVersion = '1.19.0';

const healthRoute = (path: string, text: string): Route => ({
  method: 'GET',
  path,
  format: 'text',
  answer: () => text,
});

export const serviceRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/',
    format: 'json',
    answer: () => ({
      title: 'qdrant - vector search engine',
      version: qdrantVersion,
      commit: 'local-vector-endpoint',
    }),
  },
  healthRoute('/healthz', 'healthz check passed'),
  healthRoute('/livez', 'healthz check passed'),
  healthRoute('/readyz', 'all shards are ready'),
];
