/**
 * Indexes a Functions app as the Node.js language worker of Azure does, in a process of its own, and prints what the worker
 * would send to the host: `node indexApp.cjs FOLDER`. In the order of the worker: package.json, its "main", appStart hooks,
 * capabilities, and the metadata of the functions. The worker reports an app that cannot be loaded instead of its functions
 * (since Node.js 20), and so does this. It knows nothing of the app's sources, and uses no code of the local host.
 */
const fs = require('node:fs');
const Module = require('node:module');
const path = require('node:path');
const { setTimeout: delay } = require('node:timers/promises');
const { pathToFileURL } = require('node:url');

const folder = path.resolve(process.argv[2]);
const functions = {};
const hooks = {};
const problems = [];
let model;
let currentEntryPoint;
let locked = false;

class Disposable {
  constructor(dispose) {
    this.dispose = dispose;
  }
}

const ENUMS = { direction: { in: 0, out: 1, inout: 2 }, dataType: { undefined: 0, string: 1, binary: 2, stream: 3 } };

/** The worker sends `direction` and `dataType` as numbers, and refuses a word that it does not know. */
function toRpcBinding(binding) {
  const converted = { ...binding };
  for (const [member, numbers] of Object.entries(ENUMS)) {
    const word = binding[member];
    if (word === undefined || word === null) continue;
    if (!Object.hasOwn(numbers, word)) throw new Error(`The ${member} of a binding is "${word}", which is unknown.`);
    converted[member] = numbers[word];
  }
  return converted;
}

function registerFunction(metadata, callback) {
  if (locked) throw new Error(`The function "${metadata.name}" was registered after the start of the app.`);
  const functionId = metadata.functionId || metadata.name;
  if (functionId in functions) throw new Error(`The function "${functionId}" was registered twice.`);
  if (typeof callback !== 'function') throw new Error(`The function "${functionId}" has no handler.`);
  const bindings = Object.entries(metadata.bindings);
  functions[functionId] = {
    ...metadata,
    functionId,
    bindings: Object.fromEntries(bindings.map(([name, binding]) => [name, toRpcBinding(binding)])),
    // The host reads these, and the library reads the others.
    rawBindings: bindings.map(([name, binding]) => JSON.stringify({ ...binding, name })),
    scriptFile: currentEntryPoint === undefined ? 'unknown' : path.basename(currentEntryPoint),
    directory: currentEntryPoint === undefined ? undefined : path.relative(folder, path.dirname(currentEntryPoint)),
    isProxy: false,
  };
  return new Disposable(() => {
    if (locked) throw new Error('A function can only be removed while the app starts.');
    delete functions[functionId];
  });
}

const coreModule = {
  version: '3.10.0',
  hostVersion: '4.1036.0',
  Disposable,
  log: () => undefined,
  setProgrammingModel: (given) => (model = given),
  getProgrammingModel: () => model,
  registerHook: (name, callback) => {
    if (!['preInvocation', 'postInvocation', 'appStart', 'appTerminate', 'log'].includes(name)) {
      throw new Error(`The hook "${name}" is unknown.`);
    }
    (hooks[name] ??= []).push(callback);
    return new Disposable(() => hooks[name].splice(hooks[name].indexOf(callback), 1));
  },
  registerFunction,
};

const originalRequire = Module.prototype.require;
Module.prototype.require = function (id) {
  return id === '@azure/functions-core' ? coreModule : originalRequire.call(this, id);
};

async function loadEntryPoint() {
  const { main, type } = JSON.parse(fs.readFileSync(path.join(folder, 'package.json'), 'utf8'));
  if (typeof main !== 'string') throw new Error('package.json has no "main".');
  const file = path.join(folder, main);
  if (!fs.existsSync(file)) throw new Error(`"main" of package.json is ${main}, which does not exist.`);
  const isEsModule = file.endsWith('.mjs') || (type === 'module' && !file.endsWith('.cjs'));
  currentEntryPoint = file;
  try {
    if (isEsModule) await import(pathToFileURL(file).href);
    else require(file);
  } finally {
    currentEntryPoint = undefined;
  }
}

async function index() {
  await loadEntryPoint();
  for (const hook of hooks.appStart ?? []) await hook({ hookData: {}, appHookData: {}, functionAppDirectory: folder });
  // The worker locks at the host's next message, which may come at any time from here on.
  locked = true;
  if (model === undefined) throw new Error('The app set no programming model: it does not load @azure/functions 4.');
  return model.getCapabilities({ RawHttpBodyBytes: 'true', RpcHttpBodyOnly: 'true' });
}

/** Of promises and timers that the app left behind: they would end the worker. */
function collect(error) {
  problems.push(error instanceof Error ? error.message : String(error));
}
process.on('uncaughtException', collect);
process.on('unhandledRejection', collect);

index()
  .catch(collect)
  .then(async (capabilities = {}) => {
    // Whatever the app does in the next turns of the event loop would happen in the worker, too.
    for (let turn = 0; turn < 10; turn++) await delay(1);
    const answer = {
      node: process.version,
      programmingModel: model && { name: model.name, version: model.version },
      capabilities,
      problems,
      functions: problems.length === 0 ? Object.values(functions) : [],
    };
    // The app's own output is on the console.
    fs.writeFileSync(3, JSON.stringify(answer));
    process.exit(0);
  });
