import {
  context,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  type Context,
  type Link,
  type Span,
} from '@opentelemetry/api';
import type { ProblemCode } from '../problems/codes';
import { toProblem } from '../problems/problem';
import { ERROR_TYPE, type Attributes } from './attributes';

/** One piece of work that a trace shows. */
export interface Operation {
  name: string;
  attributes?: Attributes;
  /** Default `client`: a call of another service. */
  kind?: 'client' | 'internal';
  /** Codes that are an answer of the service and no failure, such as that of something absent. */
  answers?: readonly ProblemCode[];
  /** Called at its end, also where there is no trace; `errorType` is the code of the problem that ended it. */
  measure?: (seconds: number, errorType: string | undefined) => void;
}

export type SetAttributes = (attributes: Attributes) => void;

const ignore: SetAttributes = () => undefined;
const tracer = () => trace.getTracer('pipeline-x');

/**
 * Does work in a span of the run or question that is under way. Outside of one there is no span, so that the queries of a page
 * that looks every second make no traces. An error is recorded by its code alone: its text may quote data.
 */
export async function inSpan<Result>(
  operation: Operation,
  work: (set: SetAttributes) => Promise<Result>,
): Promise<Result> {
  if (trace.getActiveSpan() !== undefined) return inNewSpan(operation, context.active(), [], work);
  if (!operation.measure) return work(ignore);
  const measured = startClock(operation);
  try {
    const result = await work(ignore);
    measured(undefined);
    return result;
  } catch (error) {
    measured(error);
    throw error;
  }
}

/** Does work in a span whose parent is in `parent`. */
export async function inNewSpan<Result>(
  operation: Operation,
  parent: Context,
  links: Link[],
  work: (set: SetAttributes) => Promise<Result>,
): Promise<Result> {
  const span = openSpan(operation, parent, links);
  try {
    const result = await span.inside(() => work(span.set));
    span.end();
    return result;
  } catch (error) {
    span.end(error);
    throw error;
  }
}

/** A span that begins in one function and ends in another. */
export interface OpenSpan {
  /** Does work in the span. */
  inside: <Result>(work: () => Result) => Result;
  set: SetAttributes;
  /** The items, each of them made in the span, which ends with the last or when the reader stops. */
  over: <Item>(items: AsyncIterable<Item>) => AsyncGenerator<Item, void>;
  /** Only the first call counts. */
  end: (error?: unknown) => void;
}

/** Begins the first span of a trace. */
export function openTrace(operation: Operation): OpenSpan {
  return openSpan(operation, ROOT_CONTEXT, []);
}

/** As `inSpan`, for work that gives its results one after another: the span ends with the last, or when the reader stops. */
export async function* iterateInSpan<Item>(
  operation: Operation,
  open: (set: SetAttributes) => AsyncIterable<Item>,
): AsyncGenerator<Item, void> {
  if (trace.getActiveSpan() === undefined) {
    yield* measuredItems(operation, open);
    return;
  }
  const span = openSpan(operation, context.active(), []);
  yield* span.over(span.inside(() => open(span.set)));
}

/** Work that belongs to no trace, although a traced work begins it. */
export function untraced<Result>(work: () => Result): Result {
  return context.with(ROOT_CONTEXT, work);
}

async function* measuredItems<Item>(
  operation: Operation,
  open: (set: SetAttributes) => AsyncIterable<Item>,
): AsyncGenerator<Item, void> {
  const measured = startClock(operation);
  try {
    yield* open(ignore);
    measured(undefined);
  } catch (error) {
    measured(error);
    throw error;
  }
}

function openSpan(operation: Operation, parent: Context, links: Link[]): OpenSpan {
  const { name, attributes, kind = 'client' } = operation;
  const measured = startClock(operation);
  const span = tracer().startSpan(
    name,
    { attributes, links, kind: kind === 'client' ? SpanKind.CLIENT : SpanKind.INTERNAL },
    parent,
  );
  const within = trace.setSpan(parent, span);
  const inside = <Result>(work: () => Result): Result => context.with(within, work);
  let isOver = false;
  const end = (error?: unknown): void => {
    if (isOver) return;
    isOver = true;
    const errorType = measured(error);
    if (errorType !== undefined) markFailed(span, errorType);
    span.end();
  };
  return { inside, set: (more) => void span.setAttributes(more), over: (items) => itemsOver(items, inside, end), end };
}

async function* itemsOver<Item>(
  given: AsyncIterable<Item>,
  inside: OpenSpan['inside'],
  end: (error?: unknown) => void,
): AsyncGenerator<Item, void> {
  let failure: unknown;
  const items = inside(() => given[Symbol.asyncIterator]());
  try {
    for (;;) {
      // The reader asks for each item from a context of its own.
      const step = await inside(() => items.next());
      if (step.done) return;
      yield step.value;
    }
  } catch (error) {
    failure = error;
    throw error;
  } finally {
    try {
      await inside(() => items.return?.());
    } finally {
      end(failure);
    }
  }
}

export function markFailed(span: Span, errorType: string): void {
  span.setAttribute(ERROR_TYPE, errorType);
  span.setStatus({ code: SpanStatusCode.ERROR });
}

/** Returns the code of the error, if it is a failure. */
function startClock({ measure, answers = [] }: Operation): (error: unknown) => string | undefined {
  const since = performance.now();
  return (error) => {
    const code = error === undefined ? undefined : toProblem(error).code;
    const errorType = (answers as readonly (string | undefined)[]).includes(code) ? undefined : code;
    measure?.((performance.now() - since) / 1000, errorType);
    return errorType;
  };
}
