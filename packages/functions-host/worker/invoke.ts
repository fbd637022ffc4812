import { randomUUID } from 'node:crypto';
import type { TypedData } from './coreContract';
import { toError, type Log, type LogLevel } from '../log';
import type { WorkerShim } from './workerShim';

export interface Invocation {
  /** Typed data of the trigger; undefined when the library fetches it itself (streamed HTTP) or there is none. */
  data?: TypedData;
  invocationId?: string;
  triggerMetadata?: Record<string, TypedData>;
  /** Typed data of the other input bindings, by binding name. */
  extraInputs?: Record<string, TypedData>;
  /** Of a retry by the function's own policy. */
  retryContext?: RetryContext;
}

export interface RetryContext {
  /** From 1. */
  retryCount: number;
  /** -1: without end. */
  maxRetryCount: number;
  /** What the attempt before threw. */
  exception: { message: string; stackTrace?: string };
}

export interface InvocationOutcome {
  returnValue: TypedData | null | undefined;
  /** False when the function returned null or undefined. */
  hasResult: boolean;
}

/** Calls one function of the app like the language worker. Throws the function's error. */
export type Invoke = (name: string, invocation: Invocation) => Promise<InvocationOutcome>;

/** The worker's invocation pipeline: arguments, pre hooks, function, post hooks, response. */
export function createInvoke(shim: WorkerShim, log: Log): Invoke {
  return async (name, { data, invocationId = randomUUID(), triggerMetadata = {}, extraInputs, retryContext }) => {
    const registered = shim.functions.get(name);
    if (!registered) throw new Error(`Function code for '${name}' is not loaded and cannot be invoked.`);
    const inputData = [{ name: registered.trigger.name, data }];
    for (const [binding, value] of Object.entries(extraInputs ?? {})) inputData.push({ name: binding, data: value });
    const coreContext = {
      invocationId,
      metadata: registered.metadata,
      state: undefined as string | undefined,
      request: {
        invocationId,
        functionId: name,
        triggerMetadata,
        inputData,
        traceContext: traceContext(invocationId),
        retryContext,
      },
      log: (level: LogLevel, category: string, message: string) =>
        log(category === 'system' && level === 'information' ? 'debug' : level, name, message),
    };
    const model = await shim.model.getInvocationModel(coreContext);
    const { context, inputs } = await model.getArguments();
    const { appHookData } = shim;
    const hookData = {};
    const before = { hookData, appHookData, invocationContext: context, functionCallback: registered.callback, inputs };
    coreContext.state = 'preInvocationHooks';
    if (shim.hasHooks('preInvocation')) await shim.runHooks('preInvocation', before);

    const after = { hookData, appHookData, invocationContext: context, inputs: before.inputs, ...nothing } as Outcome;
    coreContext.state = 'invocation';
    try {
      after.result = await model.invokeFunction(context, before.inputs, before.functionCallback);
    } catch (thrown) {
      after.error = toError(thrown);
    }
    coreContext.state = 'postInvocationHooks';
    if (shim.hasHooks('postInvocation')) await shim.runHooks('postInvocation', after);
    coreContext.state = undefined;
    // A hook may have removed or replaced the error.
    if (after.error) throw toError(after.error);
    const { returnValue } = await model.getResponse(context, after.result);
    return { returnValue, hasResult: after.result !== null && after.result !== undefined };
  };
}

/** What a hook sees of a function that threw (`result`), or did not (`error`). */
const nothing = { result: null, error: null };

interface Outcome {
  result?: unknown;
  error?: unknown;
}

function traceContext(invocationId: string): object {
  const trace = invocationId.replaceAll('-', '');
  return { traceParent: `00-${trace}-${trace.slice(0, 16)}-00`, traceState: '', attributes: {} };
}
