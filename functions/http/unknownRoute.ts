import { app } from '@azure/functions';
import { PipelineError } from '../../lib/problems/problem';
import { answeringProblems } from './problemResponse';

/**
 * Whatever no other door takes, by path or by method: a problem like all others, where the host would answer 404 without a
 * word. Hosts ask a catch-all last.
 */
app.http('unknownRoute', {
  route: '{*path}',
  methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'],
  authLevel: 'anonymous',
  handler: answeringProblems(async (request, _context) => {
    throw new PipelineError('ROUTE_NOT_FOUND', 'The API has no such call.', {
      found: `${request.method} ${new URL(request.url).pathname.slice(0, 120)}`,
      expected: 'method and path of a call of the API',
      remedy: 'See "The HTTP API" in README.md.',
    });
  }),
});
