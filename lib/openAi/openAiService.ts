import type { ContentFilterResultsForChoiceOutput } from '@azure/openai/types';
import { APIConnectionError, APIError, AzureOpenAI, OpenAI, OpenAIError } from 'openai';
import { PipelineError } from '../problems/problem';
import { boundedFetch, EndlessResponse } from './boundedFetch';
import { noteThrottled, type CalledModel } from '../telemetry/modelCalls';

/** Address and credentials of a model service. */
export type OpenAiService =
  | {
      kind: 'azure-openai';
      /** `https://<name>.openai.azure.com` */
      endpoint: string;
      /** Of the dated API, which ends with `preview` or not. Absent: the API v1, which has no dates. */
      apiVersion?: string;
      /** Name of the deployment, used in place of the model name. */
      deployment: string;
      /** A key, or a function that gives a valid token of the app's identity before each request. */
      credential: string | (() => Promise<string>);
    }
  | {
      kind: 'openai';
      /** Any endpoint that speaks OpenAI's API, with its `/v1`. */
      baseUrl: string;
      apiKey: string;
      model: string;
    };

export interface OpenAiRequestOptions {
  /** Of one attempt. */
  timeoutInMilliseconds: number;
  /** Attempts after the first, for 408, 409, 429, 5xx and lost connections; waits as long as the server's Retry-After says. */
  retries: number;
}

/** The client of a service. Every option is set, so that the SDK reads nothing from the environment. */
export function createOpenAiClient(service: OpenAiService, options: OpenAiRequestOptions): OpenAI {
  const common = {
    timeout: options.timeoutInMilliseconds,
    maxRetries: options.retries,
    fetch: boundedFetch(options, noticeThrottling),
    // A redirect would send passages and key to an address that no setting names.
    fetchOptions: { redirect: 'error' as const },
  };
  if (service.kind === 'openai') {
    return new OpenAI({
      ...common,
      baseURL: service.baseUrl,
      apiKey: service.apiKey,
      organization: null,
      project: null,
    });
  }
  const { apiVersion, deployment, credential } = service;
  const address = `${service.endpoint.replace(/\/+$/, '')}/openai`;
  if (apiVersion === undefined) {
    return new OpenAI({ ...common, baseURL: `${address}/v1`, apiKey: credential, organization: null, project: null });
  }
  return new AzureOpenAI({
    ...common,
    baseURL: address,
    apiVersion,
    deployment,
    organization: null,
    project: null,
    ...(typeof credential === 'string' ? { apiKey: credential } : { apiKey: '', azureADTokenProvider: credential }),
  });
}

export function modelOf(service: OpenAiService): string {
  return service.kind === 'openai' ? service.model : service.deployment;
}

/** The model as telemetry names it. */
export function calledModel(service: OpenAiService, operation: CalledModel['operation']): CalledModel {
  return { operation, provider: providerOf(service), model: modelOf(service) };
}

/** Name of the service in the semantic conventions for generative AI. */
export function providerOf({ kind }: OpenAiService): string {
  return kind === 'openai' ? 'openai' : 'azure.ai.openai';
}

export function addressOf(service: OpenAiService): string {
  return service.kind === 'openai' ? service.baseUrl : service.endpoint;
}

/** The client repeats a request that was answered with 429, so that nothing else would know of it. */
const noticeThrottling: typeof fetch = async (input, init) => {
  const response = await fetch(input, init);
  if (response.status === 429) noteThrottled(response.url);
  return response;
};

/** Prefix of the codes of a service's problems. */
export type Service = 'EMBEDDING' | 'ANSWER';
type ServiceFault = 'UNAVAILABLE' | 'RATE_LIMITED' | 'DENIED' | 'MODEL_NOT_FOUND' | 'REJECTED';

/**
 * The problem for a failed call. `prefix` names the purpose of the call and begins the code:
 * `_UNAVAILABLE` and `_RATE_LIMITED` (retryable), `_DENIED`, `_MODEL_NOT_FOUND`, `_FILTERED` and `_REJECTED`.
 */
export function toServiceError(error: unknown, prefix: Service, service: OpenAiService): PipelineError {
  if (error instanceof PipelineError) return error;
  const target = addressOf(service);
  const describe = (code: ServiceFault, message: string, remedy: string): PipelineError =>
    new PipelineError(`${prefix}_${code}`, message, {
      found: error instanceof Error ? error.message : String(error),
      expected: `model ${modelOf(service)} at ${target}`,
      remedy,
      cause: error,
    });

  if (error instanceof EndlessResponse) {
    return describe('UNAVAILABLE', 'The answer of the model service has no end.', 'Check which service answers there.');
  }
  // The client gives this for a token that could not be had.
  if (error instanceof OpenAIError && !(error instanceof APIError)) {
    return describe('UNAVAILABLE', 'No token of the identity of the app could be had.', 'Check the identity.');
  }
  if (error instanceof APIConnectionError || !(error instanceof APIError) || error.status === undefined) {
    return describe('UNAVAILABLE', 'The model service cannot be reached.', 'Check its address and the network.');
  }
  const { status, code, error: body } = error as APIError<number>;
  if (status === 429) {
    return describe('RATE_LIMITED', 'The model service allows no more requests now.', 'Wait, or raise its quota.');
  }
  if (status === 408 || status >= 500) {
    return describe('UNAVAILABLE', 'The model service failed.', 'Repeat the call later.');
  }
  if (status === 401 || status === 403) {
    return describe('DENIED', 'The model service does not accept our credentials.', 'Check the key, or the role.');
  }
  if (status === 404) {
    return describe('MODEL_NOT_FOUND', 'The service does not have the model or deployment.', 'Check its name.');
  }
  if (code === 'content_filter') return filteredError(prefix, filteredCategories(promptFilterResults(body)));
  return describe('REJECTED', 'The model service refused the request.', 'Check model and settings.');
}

/** Azure's content filter blocked the question or the answer. */
export function filteredError(prefix: Service, categories: string[]): PipelineError {
  return new PipelineError(`${prefix}_FILTERED`, "The service's content filter blocked the text.", {
    found: categories.length > 0 ? categories.join(', ') : 'no category given',
    remedy: "Ask in other words, or adjust the deployment's content filter.",
  });
}

/** Categories for which Azure's content filter blocked the text. */
export function filteredCategories(results: ContentFilterResultsForChoiceOutput | undefined): string[] {
  return Object.entries(results ?? {})
    .filter(([, result]) => (result as { filtered?: boolean } | undefined)?.filtered === true)
    .map(([category]) => category);
}

/** Where Azure puts the reasons in the body of a refused request. */
function promptFilterResults(body: unknown): ContentFilterResultsForChoiceOutput | undefined {
  const { innererror } = body as { innererror?: { content_filter_result?: ContentFilterResultsForChoiceOutput } };
  return innererror?.content_filter_result;
}
