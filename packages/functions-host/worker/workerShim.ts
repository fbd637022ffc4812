import Module from 'node:module';
import type { FunctionCallback, FunctionMetadata, ProgrammingModel, RegisteredFunction } from './coreContract';
import type { Log, LogLevel } from '../log';

type Hook = (context: unknown) => unknown;
const hookNames = ['preInvocation', 'postInvocation', 'appStart', 'appTerminate', 'log'] as const;
export type HookName = (typeof hookNames)[number];

class Disposable {
  constructor(private onDispose?: () => void) {}
  dispose(): void {
    this.onDispose?.();
    this.onDispose = undefined;
  }
}

/**
 * Replaces the Node.js language worker: offers the built-in module "@azure/functions-core" to the app's libraries and keeps
 * what they register. The patch of `require` is process-wide, so a process has one shim only.
 */
export class WorkerShim {
  readonly functions = new Map<string, RegisteredFunction>();
  readonly appHookData: Record<string, unknown> = {};
  private readonly appLevelHookData: Record<string, unknown> = {};
  private readonly hooks = new Map<HookName, Hook[]>(hookNames.map((name) => [name, []]));
  private programmingModel: ProgrammingModel | undefined;
  private locked = false;

  constructor(private readonly log: Log) {}

  /** The programming model that the library has set. Throws when the app has not loaded @azure/functions v4. */
  get model(): ProgrammingModel {
    if (!this.programmingModel) {
      throw new Error(
        'The app registered no programming model. Its "main" has to load "@azure/functions" version 4 (app.http, app.timer ...).',
      );
    }
    return this.programmingModel;
  }

  /** Makes `require('@azure/functions-core')` return this shim, as in the worker (also for libraries of ES modules). */
  install(): void {
    const coreModule = this.coreModule();
    // eslint-disable-next-line @typescript-eslint/unbound-method -- called with the caller's own `this` below
    const original = Module.prototype.require;
    Module.prototype.require = Object.assign(function (this: Module, id: string): unknown {
      return id === '@azure/functions-core' ? coreModule : original.call(this, id);
    }, original);
  }

  /** After this call, functions can't be registered or removed. */
  lock(): void {
    this.locked = true;
  }

  hasHooks(name: HookName): boolean {
    return this.hooksOf(name).length > 0;
  }

  /** Runs the hooks of one kind in the order they were registered. */
  async runHooks(name: HookName, context: object): Promise<void> {
    for (const hook of this.hooksOf(name)) await hook(context);
  }

  /** Runs `appStart` or `appTerminate` hooks. */
  async runAppHooks(name: 'appStart' | 'appTerminate', functionAppDirectory: string): Promise<void> {
    await this.runHooks(name, { hookData: this.appLevelHookData, appHookData: this.appHookData, functionAppDirectory });
  }

  private hooksOf(name: HookName): Hook[] {
    const list = this.hooks.get(name);
    if (!list) throw new RangeError(`Unrecognized hook "${name}"`);
    return list;
  }

  private coreModule(): object {
    return {
      version: '3.10.0',
      // The library checks for 4.28 or newer before it turns HTTP streaming on.
      hostVersion: '4.1036.0',
      Disposable,
      log: (level: LogLevel, category: string, message: string) =>
        this.log(category === 'system' && level === 'information' ? 'debug' : level, 'worker', message),
      setProgrammingModel: (model: ProgrammingModel) => {
        this.programmingModel = model;
      },
      getProgrammingModel: () => this.programmingModel,
      registerHook: (name: HookName, hook: Hook) => {
        const list = this.hooksOf(name);
        list.push(hook);
        return new Disposable(() => list.splice(list.indexOf(hook), 1));
      },
      registerFunction: (metadata: FunctionMetadata, callback: FunctionCallback) => this.register(metadata, callback),
    };
  }

  private register(metadata: FunctionMetadata, callback: FunctionCallback): Disposable {
    if (this.locked) throw new Error('A function can only be registered during app startup.');
    const { name } = metadata;
    if (this.functions.has(name)) throw new Error(`A function with name "${name}" has already been registered.`);
    const trigger = Object.entries(metadata.bindings).find(([, binding]) => /trigger$/i.test(binding.type));
    if (!trigger) throw new Error(`The function "${name}" has no trigger.`);
    this.functions.set(name, { metadata, callback, trigger: { ...trigger[1], name: trigger[0] } });
    return new Disposable(() => {
      if (this.locked) throw new Error('A function can only be disposed during app startup.');
      this.functions.delete(name);
    });
  }
}
