import { app } from '@azure/functions';
import { PipelineError } from '../../lib/problems/problem';
import { answeringProblems } from './registerRoute';

/**
 * Answers calls that match no route, by path or by method, with a problem; the host alone would answer 404 without a body.
 * Hosts match a catch-all route last.
 */
app.http('unknownRoute', {
  route: '{*path}',
  methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'],
  authLevel: 'anonymous',
  handler: answeringProblems(async (request) => {
    throw new PipelineError('ROUTE_NOT_FOUND', 'No route of the API matches this method and path.', {
      found: `${request.method} ${new URL(request.url).pathname.slice(0, 120)}`,
      expected: 'method and path of an API route',
      remedy: 'See /api/openapi.json for all routes.',
    });
  }),
});
