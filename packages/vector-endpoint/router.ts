import type { Catalogue } from './collections/catalogue';
import type { JsonObject, JsonValue } from './json/jsonValue';

/** A request in the form that routes get. */
export interface RouteRequest {
  readonly catalogue: Catalogue;
  /** The parts of the path named in the route, decoded. */
  readonly path: Readonly<Record<string, string>>;
  readonly parameters: URLSearchParams;
  /** The parsed body; an empty object for routes without a body. */
  readonly body: JsonObject;
}

export interface Route {
  readonly method: 'GET' | 'PUT' | 'POST' | 'PATCH' | 'DELETE';
  /** Path with `{name}` for a variable segment. */
  readonly path: string;
  readonly takesBody?: boolean;
  /** The form of the answer. Default: `result` in Qdrant's envelope; otherwise the value is the complete body. */
  readonly format?: 'json' | 'text';
  answer(request: RouteRequest): JsonValue;
}

interface CompiledRoute {
  readonly route: Route;
  readonly segments: readonly string[];
}

/** Repeated slashes and a slash at the end are ignored. */
const segmentsOf = (path: string) => path.split('/').filter((segment) => segment !== '');

const isVariable = (segment: string) => segment.startsWith('{');

/** Finds the route of a request. Literal segments win over variables: /collections/aliases does not name a collection. */
export class Router {
  private readonly routes: readonly CompiledRoute[];

  constructor(routes: readonly Route[]) {
    this.routes = routes
      .map((route) => ({ route, segments: segmentsOf(route.path) }))
      .sort((left, right) => left.segments.filter(isVariable).length - right.segments.filter(isVariable).length);
  }

  /**
   * @param path the path of the URL, undecoded
   * @returns undefined when no route has this method and path
   */
  find(method: string, path: string): { route: Route; path: Record<string, string> } | undefined {
    const given = segmentsOf(path);
    for (const { route, segments } of this.routes) {
      if (route.method === method && segments.length === given.length) {
        const variables = matchSegments(segments, given);
        if (variables !== undefined) {
          return { route, path: variables };
        }
      }
    }
    return undefined;
  }
}

function matchSegments(segments: readonly string[], given: readonly string[]): Record<string, string> | undefined {
  const variables: Record<string, string> = {};
  for (const [index, segment] of segments.entries()) {
    const found = given[index] ?? '';
    if (isVariable(segment)) {
      variables[segment.slice(1, -1)] = decode(found);
    } else if (segment !== found) {
      return undefined;
    }
  }
  return variables;
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
