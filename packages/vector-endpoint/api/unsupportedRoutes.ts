import { unsupported } from '../errors';
import type { Route } from '../router';

/** Routes that only a real Qdrant has. They answer 501 with the reason, not just 404. */
const paths: readonly (readonly [Route['method'], string])[] = [
  ['GET', '/telemetry'],
  ['GET', '/metrics'],
  ['GET', '/cluster'],
  ['GET', '/collections/{collection}/cluster'],
  ['POST', '/collections/{collection}/cluster'],
  ['GET', '/collections/{collection}/optimizations'],
  ['GET', '/snapshots'],
  ['POST', '/snapshots'],
  ['GET', '/collections/{collection}/snapshots'],
  ['POST', '/collections/{collection}/snapshots'],
  ['PUT', '/collections/{collection}/snapshots/recover'],
  ['PUT', '/collections/{collection}/shards'],
  ['POST', '/collections/{collection}/shards/delete'],
  ['PUT', '/collections/{collection}/vectors/{vector}'],
  ['DELETE', '/collections/{collection}/vectors/{vector}'],
  ['POST', '/collections/{collection}/points/search/groups'],
  ['POST', '/collections/{collection}/points/search/matrix/pairs'],
  ['POST', '/collections/{collection}/points/search/matrix/offsets'],
  ['POST', '/collections/{collection}/points/recommend'],
  ['POST', '/collections/{collection}/points/recommend/batch'],
  ['POST', '/collections/{collection}/points/recommend/groups'],
  ['POST', '/collections/{collection}/points/discover'],
  ['POST', '/collections/{collection}/points/discover/batch'],
];

export const unsupportedRoutes: readonly Route[] = paths.map(([method, path]) => ({
  method,
  path,
  answer: () => {
    throw unsupported(`${method} ${path}`);
  },
}));
