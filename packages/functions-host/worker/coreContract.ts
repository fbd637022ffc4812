/**
 * The part of the "@azure/functions-core" contract that this host implements: the built-in module that the Node.js language
 * worker offers to libraries (@azure/functions). No package provides these types at run time, so they are defined here.
 */
export interface TypedData {
  string?: string | null;
  json?: string | null;
  bytes?: Uint8Array | null;
  int?: number | null;
  double?: number | null;
  http?: RpcHttp | null;
}

export interface RpcHttp {
  url?: string;
  method?: string;
  statusCode?: string;
  headers?: Record<string, string>;
  query?: Record<string, string>;
  nullableHeaders?: Record<string, { value: string }>;
  nullableQuery?: Record<string, { value: string }>;
  nullableParams?: Record<string, { value: string }>;
  body?: TypedData | null;
  cookies?: RpcHttpCookie[];
}

/** A protobuf cookie: optional values are wrapped, times are seconds, sameSite is a number. */
export interface RpcHttpCookie {
  name?: string;
  value?: string;
  domain?: { value?: string } | null;
  path?: { value?: string } | null;
  expires?: { value?: { seconds?: number | string } } | null;
  secure?: { value?: boolean } | null;
  httpOnly?: { value?: boolean } | null;
  sameSite?: number | string | null;
  maxAge?: { value?: number } | null;
}

export interface Binding {
  type: string;
  direction?: string;
  methods?: string[];
  route?: string;
  authLevel?: string;
  schedule?: string;
  runOnStartup?: boolean;
}

export interface FunctionMetadata {
  name: string;
  functionId?: string;
  bindings: Record<string, Binding>;
  retryOptions?: unknown;
}

export type FunctionCallback = (...inputs: unknown[]) => unknown;

export interface InvocationModel {
  getArguments(): Promise<{ context: unknown; inputs: unknown[] }>;
  invokeFunction(context: unknown, inputs: unknown[], callback: FunctionCallback): Promise<unknown>;
  getResponse(context: unknown, result: unknown): Promise<{ returnValue?: TypedData | null }>;
}

export interface ProgrammingModel {
  getCapabilities(capabilities: Record<string, string>): Promise<Record<string, string>> | Record<string, string>;
  getInvocationModel(context: unknown): Promise<InvocationModel> | InvocationModel;
}

/** One function of the loaded app. `name` of the trigger is its binding's name. */
export interface RegisteredFunction {
  metadata: FunctionMetadata;
  callback: FunctionCallback;
  trigger: Binding & { name: string };
}
