import { app } from '@azure/functions';
import { PipelineError } from '../../lib/problems/problem';
import { answeringProblems } from './registerRoute';

/**
 * Whatever no route takes, by path or by method: a problem like all others, where the host would answer 404 without a text.
 * Hosts ask a catch-all last.
 */
app.http('unknownRoute', {
  route: '{*path}',
  methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'],
  authLevel: 'anonymous',
  handler: answeringProblems(async (request) => {
    throw new PipelineError('ROUTE_NOT_FOUND', 'The API does not have this call.', {
      found: `${request.method} ${new URL(request.url).pathname.slice(0, 120)}`,
      expected: 'method and path of a call of the API',
      remedy: 'See /api/openapi.json.',
    });
  }),
});
