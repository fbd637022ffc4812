export type Route =
  { page: 'ask' } | { page: 'runs' } | { page: 'run'; id: string } | { page: 'documents' } | { page: 'notFound' };

/** The page for a URL path. */
export function routeOf(pathname: string): Route {
  const [first, second, ...rest] = pathname.split('/').filter((part) => part !== '');
  if (rest.length > 0) return { page: 'notFound' };
  if (first === undefined || first === 'index.html') return { page: 'ask' };
  if (first === 'runs' && second === undefined) return { page: 'runs' };
  if (first === 'runs' && second !== undefined) return runRoute(second);
  if (first === 'documents' && second === undefined) return { page: 'documents' };
  return { page: 'notFound' };
}

/** The URL path of a run's page. */
export function runPath(id: string): string {
  return `/runs/${encodeURIComponent(id)}`;
}

function runRoute(part: string): Route {
  try {
    return { page: 'run', id: decodeURIComponent(part) };
  } catch {
    return { page: 'notFound' };
  }
}
