import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { TypedData } from '../worker/coreContract';
import { answerJson } from './messages';
import type { HttpFunction } from './httpFunctions';
import type { Invoke } from '../worker/invoke';
import { describeThrown, type Log } from '../log';

/** One HTTP request on its way to a function. */
export interface HttpCall {
  found: HttpFunction;
  parameters: Record<string, string>;
  url: URL;
  request: IncomingMessage;
  response: ServerResponse;
  invocationId: string;
  /** Typed data of further input bindings. */
  extraInputs: Record<string, TypedData>;
}

/** What both ways of serving a call (streamed and buffered) need. */
export interface HttpSurroundings {
  invoke: Invoke;
  log: Log;
}

export function newInvocationId(): string {
  return randomUUID();
}

/** A function threw: 500, or a broken connection if the answer has started (so that no client takes it for complete). */
export function failCall({ found, response }: HttpCall, log: Log, thrown: unknown): void {
  log('error', found.name, describeThrown(thrown));
  if (response.headersSent) response.destroy();
  else answerJson(response, 500);
}
