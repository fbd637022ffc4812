import type { ContentFilterResultsForChoiceOutput } from '@azure/openai/types';
import type { OpenAI } from 'openai';
import { PipelineError } from '../problems/problem';
import {
  addressOf,
  calledModel,
  createOpenAiClient,
  filteredCategories,
  filteredError,
  modelOf,
  toServiceError,
  type OpenAiRequestOptions,
  type OpenAiService,
} from '../openAi/openAiService';
import { optionalParameters, type OptionalParameters } from '../openAi/optionalParameters';
import { noteTokens, type CalledModel } from '../telemetry/modelCalls';
import type { Passage } from '../vectors/passage';
import type { Answer, AnswerToken } from './answer';
import { NOTHING_SUPPORTED, type Answerer } from './answerer';
import { answerEnded, answerTimeout } from './answerEnded';
import { CitationMarkers } from './citations/citationMarkers';
import { citeAnswer } from './citations/citeAnswer';
import { joinTokens } from './joinTokens';
import { promptMessages, type PromptMessage } from './promptMessages';
import { answerSentences } from './support/answerSentences';
import { checkSentences } from './support/checkSentences';

/** Below this share of supported sentences the answer says that it found no support. */
const LEAST_SUPPORTED_SHARE = 0.25;
/** Characters. Far more than the answer that the prompt asks for; without an end it would fill the memory. */
const LONGEST_ANSWER = 100_000;

export interface ChatAnswererOptions extends Partial<OpenAiRequestOptions> {
  service: OpenAiService;
  /** How long a model reasons before it answers. Models that do not reason are asked without it. */
  reasoningEffort?: ChatParameters['reasoning_effort'];
  /** Most tokens of an answer, those of reasoning included. */
  tokens?: number;
  /** Called at the end of each call with the tokens that the service reported; undefined when it reported none. */
  report?: (tokens: ChatTokens | undefined) => void;
}

/** Tokens of one call. `inputTokens` has those in `cachedTokens` too; `outputTokens` has those of the reasoning. */
export interface ChatTokens {
  inputTokens: number;
  cachedTokens: number;
  outputTokens: number;
}

type ChatParameters = Pick<
  OpenAI.ChatCompletionCreateParamsStreaming,
  'reasoning_effort' | 'max_completion_tokens' | 'stream_options'
>;

/**
 * Streams answers from a hosted chat model. Markers are checked while they arrive and quotes when the text is complete, so
 * that every citation names a given passage and quotes it exactly, and every sentence is checked against what it cites. An
 * answer with too little support is replaced, so that its text differs from the tokens before it. `timeoutInMilliseconds` (default 60,000) limits the
 * whole answer; 2 retries before the first token. No temperature is sent: reasoning models refuse it. Errors: ANSWER_* as in `toServiceError`, ANSWER_TIMEOUT,
 * ANSWER_INCOMPLETE and ANSWER_EMPTY, which are retryable, and ANSWER_TOO_LONG.
 */
export function createChatAnswerer(options: ChatAnswererOptions): Answerer {
  const { service, timeoutInMilliseconds = 60_000, retries = 2 } = options;
  const client = createOpenAiClient(service, { timeoutInMilliseconds, retries });
  const model = modelOf(service);
  const parameters = optionalParameters<ChatParameters>({
    reasoning_effort: options.reasoningEffort,
    max_completion_tokens: options.tokens,
    // Without it a stream does not say how many tokens it cost.
    stream_options: { include_usage: true },
  });
  const called = calledModel(service, 'chat');

  return {
    model,
    async *stream({ question, passages, signal }) {
      const deadline = AbortSignal.timeout(timeoutInMilliseconds);
      const markers = new CitationMarkers(passages.length);
      const tokens: AnswerToken[] = [];
      let length = 0;
      try {
        const messages = promptMessages(question, passages);
        const end = AbortSignal.any(signal ? [signal, deadline] : [deadline]);
        const request = { model, messages, parameters, called, signal: end, report: options.report };
        for await (const text of streamChat(client, request)) {
          for (const token of markers.push(text)) {
            tokens.push(token);
            yield { type: 'token', ...token };
          }
          length += text.length;
          if (length > LONGEST_ANSWER) throw tooLong(service);
        }
      } catch (error) {
        if (signal?.aborted) throw answerEnded(signal);
        if (deadline.aborted) throw answerTimeout(error);
        throw toServiceError(error, 'ANSWER', service);
      }
      for (const token of markers.finish()) {
        tokens.push(token);
        yield { type: 'token', ...token };
      }
      const { answer, marks } = joinTokens(tokens);
      if (answer === '') throw emptyError(service);
      const cited = markers.cited.flatMap((number) => passages[number - 1] ?? []);
      yield { type: 'answer', answer: checkedAnswer({ question, answer, marks, model }, cited) };
    },
  };
}

/** With its citations and checked sentences; or the words that nothing supports it, when that is true of most of it. */
function checkedAnswer(
  { question, answer, marks, model }: Pick<Answer, 'question' | 'answer' | 'marks' | 'model'>,
  cited: Passage[],
): Answer {
  const written = answerSentences(answer, marks);
  const sentences = checkSentences(written, cited);
  const supported = sentences.filter((sentence) => sentence.supported).length;
  if (supported === 0 || supported < LEAST_SUPPORTED_SHARE * sentences.length) {
    return { question, answer: NOTHING_SUPPORTED, citations: [], marks: [], sentences: [], model };
  }
  return { question, answer, citations: citeAnswer(written, cited), marks, sentences, model };
}

async function* streamChat(
  client: OpenAI,
  request: {
    model: string;
    messages: PromptMessage[];
    parameters: OptionalParameters<ChatParameters>;
    called: CalledModel;
    signal: AbortSignal;
    report?: ChatAnswererOptions['report'];
  },
): AsyncIterable<string> {
  const { signal } = request;
  let hasBegun = false;
  let isWhole = false;
  let isCutOff = false;
  let tokens: ChatTokens | undefined;
  const chunks = await openStream(client, request);
  try {
    for await (const { choices, usage } of chunks) {
      if (usage) tokens = chatTokens(usage);
      // Azure's first chunk has no choice: it holds the filter results of the prompt. The last one has the usage alone.
      const [choice] = choices;
      isWhole ||= typeof choice?.finish_reason === 'string';
      if (choice?.finish_reason === 'content_filter') {
        const filtered = choice as { content_filter_results?: ContentFilterResultsForChoiceOutput };
        throw filteredError('ANSWER', filteredCategories(filtered.content_filter_results));
      }
      isCutOff ||= choice?.finish_reason === 'length';
      if (!choice?.delta.content) continue;
      hasBegun = true;
      yield choice.delta.content;
    }
  } finally {
    if (tokens) noteTokens(request.called, { input: tokens.inputTokens, output: tokens.outputTokens });
    request.report?.(tokens);
  }
  if (isCutOff) throw cutOff(request.parameters.current().max_completion_tokens);
  // The client ends an aborted stream as if it were complete.
  signal.throwIfAborted();
  // The client also ends a stream that a proxy has closed as if it were complete.
  if (hasBegun && !isWhole) throw incompleteError();
}

function chatTokens({ prompt_tokens, prompt_tokens_details, completion_tokens }: OpenAI.CompletionUsage): ChatTokens {
  return {
    inputTokens: prompt_tokens,
    cachedTokens: prompt_tokens_details?.cached_tokens ?? 0,
    outputTokens: completion_tokens,
  };
}

async function openStream(
  client: OpenAI,
  { model, messages, parameters, signal }: Parameters<typeof streamChat>[1],
): Promise<AsyncIterable<OpenAI.ChatCompletionChunk>> {
  for (;;) {
    try {
      const body = { model, messages, ...parameters.current(), stream: true } as const;
      return await client.chat.completions.create(body, { signal });
    } catch (error) {
      if (!parameters.leaveOut(error)) throw error;
    }
  }
}

function cutOff(tokens: number | null | undefined): PipelineError {
  return new PipelineError('ANSWER_TOO_LONG', 'The model stopped before the end of its answer.', {
    found: `all ${tokens ? `${tokens} ` : ''}tokens used, perhaps for reasoning`,
    where: { setting: 'ANSWER_TOKENS' },
    remedy: 'Ask in other words, raise ANSWER_TOKENS, or lower ANSWER_REASONING_EFFORT.',
  });
}

function incompleteError(): PipelineError {
  return new PipelineError('ANSWER_INCOMPLETE', 'The answer ended before it was complete.', {
    found: 'a stream that ended without a finish_reason',
    remedy: 'Ask again.',
  });
}

function tooLong(service: OpenAiService): PipelineError {
  return new PipelineError('ANSWER_TOO_LONG', 'The model returned an answer without an end.', {
    found: `more than ${LONGEST_ANSWER} characters`,
    expected: 'an answer of some sentences',
    remedy: `Ask in other words. If this repeats, use another model than ${modelOf(service)}.`,
  });
}

function emptyError(service: OpenAiService): PipelineError {
  const target = addressOf(service);
  return new PipelineError('ANSWER_EMPTY', 'The model returned an empty answer.', {
    expected: `a stream of chat completion chunks from ${target}`,
    remedy: 'Ask again. If this repeats, check that this address serves chat completions and streams them.',
  });
}
