import fs from 'node:fs';
import type { RegisteredFunction, TypedData } from './worker/coreContract';
import { Engine } from './durable/engine';
import { Journal } from './durable/journal/journal';
import { lockFolder } from './durable/journal/journalLock';
import { ManagementApi } from './durable/managementApi';
import { watchSdkSequence, type IdCheck } from './durable/episodes/sdkSequenceCheck';
import { enabledFunctions } from './worker/enabledFunctions';
import { FunctionTimers } from './timers/functionTimers';
import {
  applySettings,
  readHostSettings,
  readLocalSettings,
  resolveSettings,
  type Environment,
} from './settings/hostSettings';
import { httpFunctions, type HttpFunction } from './http/httpFunctions';
import { listen, type ListeningServer } from './http/server';
import { createInvoke } from './worker/invoke';
import { loadApp } from './worker/loadApp';
import type { Log } from './log';
import { createRequestHandler } from './http/requests';
import { findUnsupported, isClientInput, isOfType } from './worker/supportedFunctions';
import { within } from './within';
import { WorkerShim } from './worker/workerShim';

export interface HostOptions {
  /** Absolute folder of the compiled app. */
  appFolder: string;
  /** Absolute folder for the journal; created when absent. Only one host may use it. */
  dataFolder: string;
  /** 0: any free port. undefined: the port of local.settings.json, or 7071. */
  port: number | undefined;
  bindAddress: string;
  /** Names under which the host may be called, beside localhost and addresses. */
  allowedHosts: readonly string[];
  /** What management and admin calls must have; safe in a URL. */
  key: string;
  /** The process's environment. The host adds the app's settings to it. */
  environment: Environment;
  idCheck: IdCheck;
  /** An activity is not started again after this many starts without a result. */
  maxActivityStarts: number;
  isSynchronousJournal: boolean;
  drainTimeoutInMilliseconds: number;
  log: Log;
  /** Called when the host can't continue. */
  onFatal: (thrown: unknown) => void;
}

export interface RunningHost {
  /** Like "http://127.0.0.1:7071". */
  origin: string;
  /** One line for each function: its name and where or how it runs. */
  functions: string[];
  /**
   * Accepts no new work, waits for running work (up to the drain timeout), closes the journal, runs appTerminate hooks,
   * releases the lock. Activities that have not ended by then, or fail meanwhile, run again at the next start.
   */
  stop(): Promise<void>;
}

/**
 * Starts a host for one app in this process. It patches `require`, changes the working folder to the app's (as the Functions
 * host does) and adds the app's settings to the environment, so a process can start one host only.
 * Throws an Error with a remedy when the port or data folder is in use, or when a part of the app is not supported.
 */
export async function startHost(given: HostOptions): Promise<RunningHost> {
  // Node resolves modules from real paths; a link to the app must not hide its node_modules.
  const options = { ...given, appFolder: realFolder(given.appFolder) };
  const settings = readHostSettings(options.appFolder);
  const local = readLocalSettings(options.appFolder);
  const server = await listen(options.bindAddress, options.port ?? local.port ?? 7071, {
    cors: local.cors,
    allowedHosts: options.allowedHosts,
    log: options.log,
  });
  let unlock: (() => void) | undefined;
  try {
    fs.mkdirSync(options.dataFolder, { recursive: true });
    unlock = lockFolder(options.dataFolder);
    applySettings(options.environment, local.values);
    applySettings(options.environment, {
      AZURE_FUNCTIONS_ENVIRONMENT: 'Development',
      // Without it, durable clients rewrite all URLs to localhost:7071.
      WEBSITE_HOSTNAME: `localhost:${server.port}`,
    });
    const hubName = resolveSettings(settings.hubName, options.environment, 'host.json: hubName');
    return await runApp({ options, settings: { ...settings, hubName }, server, unlock });
  } catch (thrown) {
    await server.stop(0);
    unlock?.();
    throw thrown;
  }
}

function realFolder(folder: string): string {
  if (fs.existsSync(folder) && fs.statSync(folder).isDirectory()) return fs.realpathSync(folder);
  throw new Error(`The app folder ${folder} does not exist.`);
}

interface Ground {
  options: HostOptions;
  settings: ReturnType<typeof readHostSettings>;
  server: ListeningServer;
  unlock: () => void;
}

async function runApp({ options, settings, server, unlock }: Ground): Promise<RunningHost> {
  const { appFolder, environment, log, drainTimeoutInMilliseconds } = options;
  const shim = new WorkerShim(log);
  shim.install();
  process.chdir(appFolder);
  const { streamUri } = await loadApp(shim, appFolder);
  if (streamUri !== undefined) log('information', 'host', `HTTP bodies are streaming through ${streamUri}`);
  const functions = enabledFunctions(shim.functions, environment);
  refuseUnsupported(functions);

  const invoke = createInvoke(shim, log);
  const hasOrchestrators = [...functions.values()].some((one) => isOfType(one, 'orchestrationTrigger'));
  const { dataFolder: folder, isSynchronousJournal: isSynchronous, onFatal } = options;
  const onRemoved = (message: string): void => log('warning', 'durable', message);
  const journal = new Journal({ folder, isSynchronous, onFatal, onRemoved });
  const engine = new Engine({
    invoke,
    functions,
    log,
    journal,
    maxConcurrentActivities: settings.maxConcurrentActivities,
    maxActivityStarts: options.maxActivityStarts,
    idCheck: options.idCheck,
    sdkSequence: hasOrchestrators && options.idCheck !== 'off' ? watchSdkSequence(appFolder) : undefined,
    onFatal,
  });
  const management = new ManagementApi(engine, server.origin, settings.hubName, options.key);
  const extraInputs = (registered: RegisteredFunction) => clientInputs(registered, management);
  const timers = new FunctionTimers({ functions, environment, invoke, log, extraInputs });
  const routes = httpFunctions(functions, settings.routePrefix, environment);

  engine.open();
  const { key } = options;
  const surroundings = { streamUri, extraInputs, invoke, log };
  const targets = { httpFunctions: routes, functions, timers, engine, management, key, ...surroundings };
  server.serve(createRequestHandler(targets));
  timers.start();

  const stop = async (): Promise<void> => {
    await Promise.all([
      within(drainTimeoutInMilliseconds, timers.stop()),
      engine.drain(drainTimeoutInMilliseconds),
      server.stop(drainTimeoutInMilliseconds),
    ]);
    try {
      engine.close();
      await shim.runAppHooks('appTerminate', appFolder);
    } finally {
      unlock();
    }
  };
  return { origin: server.origin, functions: describe(functions, routes, server.origin), stop };
}

function refuseUnsupported(functions: ReadonlyMap<string, RegisteredFunction>): void {
  if (functions.size === 0) throw new Error('The app registers no functions. Does its "main" load the files that do?');
  const problems = findUnsupported(functions.values());
  if (problems.length === 0) return;
  throw new Error(
    `The local host can't run this app:\n- ${problems.join('\n- ')}\n` +
      'Use Azure Functions Core Tools (func start) for these, or switch a function off with AzureWebJobs.NAME.Disabled=true.',
  );
}

/** Typed data of a function's durable clients. */
function clientInputs({ metadata }: RegisteredFunction, { binding }: ManagementApi): Record<string, TypedData> {
  const inputs = Object.entries(metadata.bindings).filter(([, { type }]) => isClientInput(type));
  return Object.fromEntries(inputs.map(([name]) => [name, { string: binding }]));
}

function describe(
  functions: ReadonlyMap<string, RegisteredFunction>,
  routes: readonly HttpFunction[],
  origin: string,
): string[] {
  return [...functions].map(([name, { trigger }]) => {
    const route = routes.find((candidate) => candidate.name === name);
    return `${name}: ${route ? `[${route.methods.join(',')}] ${origin}${route.template}` : trigger.type}`;
  });
}
