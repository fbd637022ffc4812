import { app, type HttpRequest, type HttpResponseInit } from '@azure/functions';
import { PipelineError } from '../../lib/problems/problem';
import { theApp } from '../theApp';
import { checkAccess } from './checkAccess';
import { problemResponse } from './problemResponse';
import { answeringProblems } from './registerRoute';
import { ROUTES } from './routes';

/**
 * Answers calls that match no route, by path or by method, with a problem; the host alone would answer 404 without a body.
 * Hosts match a catch-all route last.
 */
app.http('unknownRoute', {
  route: '{*path}',
  methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'],
  authLevel: 'anonymous',
  handler: answeringProblems(async (request, _context, requestId) => {
    await checkAccess(theApp(), request, 'anyone');
    return unknownRoute(request, requestId);
  }),
});

/** 405 with `Allow` for a path of the API, else 404. */
export function unknownRoute(
  { method, url }: Pick<HttpRequest, 'method' | 'url'>,
  requestId: string,
): HttpResponseInit {
  const path = new URL(url).pathname;
  const methods = methodsOf(path);
  const found = `${method} ${path.slice(0, 120)}`;
  if (methods.length === 0) {
    throw new PipelineError('ROUTE_NOT_FOUND', 'No route of the API matches this method and path.', {
      found,
      expected: 'method and path of an API route',
      remedy: 'See /api/openapi.json for all routes.',
    });
  }
  const allow = methods.join(', ');
  const problem = new PipelineError('METHOD_NOT_ALLOWED', 'The call does not have this method.', {
    found,
    expected: allow,
  });
  const response = problemResponse(problem, requestId);
  return { ...response, headers: { ...(response.headers as Record<string, string>), allow } };
}

function methodsOf(path: string): string[] {
  const routes = [...ROUTES, { method: 'GET', path: 'openapi.json' }];
  const isOf = (template: string): boolean => {
    const source = template
      .split('/')
      .map((segment) => (segment.startsWith('{') ? '[^/]+' : segment.replaceAll('.', '\\.')))
      .join('/');
    return new RegExp(`^/api/${source}/?$`, 'i').test(path);
  };
  return [...new Set(routes.filter((route) => isOf(route.path)).map(({ method }) => method))];
}
