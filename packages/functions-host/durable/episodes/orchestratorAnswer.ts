import type { TypedData } from '../../worker/coreContract';
import { messageOf } from '../../log';
import { typedDataToJson } from '../../worker/typedData';
import type { Action } from './actions';

/** The result of one replay of an orchestrator. */
export interface OrchestratorAnswer {
  /** Every action since the start of the execution, not only the new ones. */
  actions: Action[];
  isDone: boolean;
  /** JSON text. */
  output: string;
  /** JSON text; undefined when the orchestrator set none (the SDK can't clear one). */
  customStatus: string | undefined;
  /** The message of the error that the orchestrator threw. */
  failure: string | undefined;
}

interface OrchestratorState {
  isDone: boolean;
  actions: Action[][];
  output?: unknown;
  customStatus?: unknown;
  error?: string;
}

const failureMark = '\n\n$OutOfProcData$:';

/** Reads the return value of an orchestrator function. */
export function readAnswer(returnValue: TypedData | null | undefined): OrchestratorAnswer {
  return toAnswer(JSON.parse(typedDataToJson(returnValue) ?? 'null') as OrchestratorState, undefined);
}

/** Reads the error of an orchestrator function. The SDK puts the orchestrator's state into the error's message. */
export function readFailure(thrown: unknown): OrchestratorAnswer {
  const message = messageOf(thrown);
  const mark = message.lastIndexOf(failureMark);
  if (mark < 0) return { actions: [], isDone: false, output: 'null', customStatus: undefined, failure: message };
  const state = JSON.parse(message.slice(mark + failureMark.length)) as OrchestratorState;
  return toAnswer(state, state.error ?? 'it threw an error without a message');
}

function toAnswer(state: OrchestratorState, failure: string | undefined): OrchestratorAnswer {
  return {
    actions: state.actions[0] ?? [],
    isDone: state.isDone,
    output: JSON.stringify(state.output ?? null),
    customStatus: state.customStatus === undefined ? undefined : JSON.stringify(state.customStatus),
    failure,
  };
}
