import type { RegisteredFunction } from '../worker/coreContract';
import { resolveSettings, type Environment } from '../settings/hostSettings';
import { compileRoute, type Route } from './routeTemplate';
import { isOfType } from '../worker/supportedFunctions';

/** One HTTP function and where it is served. */
export interface HttpFunction extends Route {
  name: string;
  registered: RegisteredFunction;
  /** Upper case. */
  methods: string[];
  /** With the prefix, starting with a slash. */
  template: string;
}

/** The HTTP functions of an app in matching order. Throws an Error naming the function whose route is not valid. */
export function httpFunctions(
  functions: ReadonlyMap<string, RegisteredFunction>,
  routePrefix: string,
  environment: Environment,
): HttpFunction[] {
  const found: HttpFunction[] = [];
  for (const [name, registered] of functions) {
    if (!isOfType(registered, 'httpTrigger')) continue;
    const { trigger } = registered;
    const owner = `Function '${name}'`;
    const route = resolveSettings(trigger.route ?? name, environment, owner);
    const template = `/${[routePrefix, route.replace(/^\/+/, '')].filter(Boolean).join('/')}`;
    const methods = (trigger.methods?.length ? trigger.methods : ['GET', 'POST']).map((method) => method.toUpperCase());
    try {
      found.push({ name, registered, methods, template, ...compileRoute(template) });
    } catch (cause) {
      throw new Error(`${owner}: ${(cause as Error).message}`, { cause });
    }
  }
  return found.sort((a, b) => (a.rank < b.rank ? -1 : a.rank > b.rank ? 1 : 0));
}

/** The function that serves a request, with its route parameters; undefined when no path or method matches. */
export function findHttpFunction(
  functions: readonly HttpFunction[],
  method: string,
  path: string,
): { found: HttpFunction; parameters: Record<string, string> } | undefined {
  for (const found of functions) {
    const parameters = found.methods.includes(method) ? found.match(path) : undefined;
    if (parameters) return { found, parameters };
  }
  return undefined;
}
