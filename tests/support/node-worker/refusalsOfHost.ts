import { compileRoute } from '../../../packages/functions-host/http/routeTemplate';
import { parseSchedule } from '../../../packages/functions-host/timers/ncrontab';
import { knownBindingTypes } from './bindingTypes';
import type { IndexedApp, IndexedFunction } from './indexedApp';

/** A binding as the host reads it. */
interface Binding {
  name?: unknown;
  type?: unknown;
  direction?: unknown;
  route?: string;
  methods?: string[];
  authLevel?: string;
  schedule?: unknown;
}

interface HostJson {
  extensionBundle?: { id: string; version: string };
}

/**
 * Everything for which the Functions host of Azure refuses an app, or one of its functions, when it reads what the worker has
 * indexed; one sentence each. The rules are those of `WorkerFunctionMetadataProvider`, `FunctionDescriptorProvider` and
 * `ScriptHost` of Azure/azure-functions-host, which leaves a refused function out and starts without it. `settings`: for
 * `%NAME%`.
 */
export function refusalsOfHost(
  app: IndexedApp,
  hostJson: HostJson,
  settings: Record<string, string | undefined>,
): string[] {
  if (app.problems.length > 0) return app.problems.map((problem) => `The worker cannot start the app: ${problem}`);
  if (app.functions.length === 0) return ['The app has no functions.'];
  const types = knownBindingTypes(hostJson);
  if (types === undefined) return [`The extension bundle ${JSON.stringify(hostJson.extensionBundle)} is not known.`];
  const ofEach = app.functions.flatMap((indexed) =>
    refusalsOf(indexed, types, settings).map((refusal) => `${indexed.name}: ${refusal}`),
  );
  return [...ofEach, ...sameNames(app.functions), ...routeConflicts(app.functions)];
}

const FUNCTION_NAME = /^(?!host$)[a-z][a-z0-9_-]{0,127}$/i;
const BINDING_NAME = /^([a-zA-Z][a-zA-Z0-9]{0,127}|\$return)$/;

/** The bindings of a function, as the host reads them. */
export function bindingsOf({ rawBindings }: IndexedFunction): Binding[] {
  return rawBindings.map((raw) => JSON.parse(raw) as Binding);
}

/** The trigger of a function, which has exactly one. */
export function triggerOf(indexed: IndexedFunction): Binding {
  return bindingsOf(indexed).find(isTrigger) ?? {};
}

function isTrigger({ type }: Binding): boolean {
  return typeof type === 'string' && /trigger$/i.test(type);
}

function refusalsOf(
  indexed: IndexedFunction,
  types: ReadonlySet<string>,
  settings: Record<string, string | undefined>,
): string[] {
  const bindings = bindingsOf(indexed);
  const found: string[] = [];
  if (!FUNCTION_NAME.test(indexed.name)) found.push('the name of the function is not valid');
  if (indexed.scriptFile === 'unknown') found.push('the function was registered outside of the entry file');
  if (bindings.length === 0) found.push('there is no binding');
  for (const binding of bindings) found.push(...refusalsOfBinding(binding, types));
  const names = bindings.map(({ name }) => String(name).toLowerCase());
  for (const name of repeated(names)) found.push(`two bindings have the name "${name}"`);
  const triggers = bindings.filter(isTrigger);
  if (triggers.length !== 1) found.push(`there are ${triggers.length} triggers, not one`);
  for (const trigger of triggers) {
    if (trigger.direction !== 'in') found.push('the direction of the trigger is not "in"');
    if (isOfType(trigger, 'httpTrigger')) found.push(...refusalsOfRoute(indexed.name, trigger));
    if (isOfType(trigger, 'timerTrigger')) found.push(...refusalsOfSchedule(trigger, settings));
  }
  return [...found, ...refusalsOfRetry(indexed.retryOptions)];
}

function isOfType({ type }: Binding, expected: string): boolean {
  return String(type).toLowerCase() === expected.toLowerCase();
}

function refusalsOfBinding({ name, type, direction }: Binding, types: ReadonlySet<string>): string[] {
  const found: string[] = [];
  if (typeof name !== 'string' || !BINDING_NAME.test(name)) found.push(`the name "${String(name)}" is not valid`);
  if (typeof type !== 'string' || type === '') found.push(`the binding "${String(name)}" has no type`);
  else if (!types.has(type.toLowerCase())) found.push(`the type "${type}" is in no extension of the host`);
  if (!['in', 'out', 'inout'].includes(String(direction))) found.push(`the binding "${String(name)}" has no direction`);
  if (name === '$return' && direction !== 'out') found.push('the direction of "$return" is not "out"');
  return found;
}

/** ASP.NET reads the route; the host keeps two folders for itself, by the first letters of the route. */
function refusalsOfRoute(name: string, { route = name, authLevel }: Binding): string[] {
  const found: string[] = [];
  if (/^\/*(admin|runtime)/i.test(route)) found.push(`the route "${route}" is reserved`);
  try {
    compileRoute(route);
  } catch (error) {
    found.push((error as Error).message);
  }
  if (authLevel !== undefined && !/^(anonymous|function|admin|system|user)$/i.test(authLevel)) {
    found.push(`the authLevel "${authLevel}" is unknown`);
  }
  return found;
}

/** On a Consumption plan, a schedule is NCRONTAB: a timespan needs an App Service plan. */
function refusalsOfSchedule({ schedule }: Binding, settings: Record<string, string | undefined>): string[] {
  if (typeof schedule !== 'string' || schedule === '') return ['the timer has no schedule'];
  const missing = [...schedule.matchAll(/%([^%]+)%/g)].map(([, name = '']) => name).filter((name) => !settings[name]);
  if (missing.length > 0) return [`the schedule has the setting "${missing.join(', ')}", which does not exist`];
  const resolved = schedule.replace(/%([^%]+)%/g, (_, name: string) => settings[name] ?? '');
  if (/^[\d.]*\d+(:\d+)+$/.test(resolved)) return [`the schedule "${resolved}" is a timespan`];
  try {
    parseSchedule(resolved)(new Date());
  } catch (error) {
    return [(error as Error).message];
  }
  return [];
}

function refusalsOfRetry(retry: Record<string, unknown> | undefined): string[] {
  if (retry === undefined) return [];
  const needed =
    retry.retryStrategy === 'fixedDelay'
      ? ['maxRetryCount', 'delayInterval']
      : ['maxRetryCount', 'minimumInterval', 'maximumInterval'];
  return needed
    .filter((member) => retry[member] === undefined || retry[member] === null)
    .map((member) => `the retry policy has no ${member}`);
}

/** The host finds a function by its name, without regard to case. */
function sameNames(functions: readonly IndexedFunction[]): string[] {
  const names = repeated(functions.map(({ name }) => name.toLowerCase()));
  return names.map((name) => `${name}: two functions have this name.`);
}

/** Routes are compared as text; no method means every method. */
function routeConflicts(functions: readonly IndexedFunction[]): string[] {
  const served = functions.flatMap((indexed) => {
    const trigger = triggerOf(indexed);
    if (!isOfType(trigger, 'httpTrigger')) return [];
    const route = (trigger.route ?? indexed.name).replace(/^\/+|\/+$/g, '').toLowerCase();
    return [{ name: indexed.name, route, methods: (trigger.methods ?? []).map((method) => method.toUpperCase()) }];
  });
  return served.flatMap((one, index) =>
    served
      .slice(0, index)
      .filter(({ route, methods }) => route === one.route && meet(methods, one.methods))
      .map(({ name }) => `${one.name}: the route "${one.route}" and a method are those of ${name}, too.`),
  );
}

function meet(methods: readonly string[], others: readonly string[]): boolean {
  return methods.length === 0 || others.length === 0 || methods.some((method) => others.includes(method));
}

function repeated(values: readonly string[]): string[] {
  return [...new Set(values.filter((value, index) => values.indexOf(value) !== index))];
}
