import { createRequire } from 'node:module';
import path from 'node:path';
import type { Action } from '../../../packages/functions-host/durable/episodes/actions';
import type { HistoryEvent } from '../../../packages/functions-host/durable/episodes/historyEvents';
import { demoApp } from './hostProcess';

interface State {
  actions: Action[][];
}
type Listener = (input: object, context: object) => Promise<State>;
type Orchestrations = Record<string, (context: unknown) => Generator>;

/** Modules without types: a private file of the SDK, and the demo app. */
const load = createRequire(__filename);
const mark = '\n\n$OutOfProcData$:';

/**
 * Replays an orchestration of the demo app with the real SDK on a given history, without a host, and returns the
 * actions it requests. `input` is the orchestration's input.
 */
export async function replayWithSdk(name: string, input: unknown, history: HistoryEvent[]): Promise<Action[]> {
  const { Orchestrator } = load('durable-functions/lib/src/orchestrations/Orchestrator') as {
    Orchestrator: new (generator: unknown) => { listen(): Listener };
  };
  const orchestrations = Object.assign(
    {},
    ...['orchestrations', 'hazards'].map((file) => load(path.join(demoApp, 'functions', `${file}.cjs`)) as object),
  ) as Orchestrations;
  const started = history.find((event) => 'OrchestrationInstance' in event);
  const instanceId = started && 'OrchestrationInstance' in started ? started.OrchestrationInstance.InstanceId : '';
  const payload = {
    history: structuredClone(history),
    input: structuredClone(input),
    instanceId,
    isReplaying: false,
    upperSchemaVersion: 1,
    upperSchemaVersionNew: 2,
    longRunningTimerIntervalDuration: '3.00:00:00',
    maximumShortTimerDuration: '6.00:00:00',
    defaultHttpAsyncRequestSleepTimeMillseconds: 30000,
  };
  return actionsOf(await new Orchestrator(orchestrations[name]).listen()(payload, {}).catch(readState));
}

function readState(thrown: Error): State {
  return JSON.parse(thrown.message.slice(thrown.message.lastIndexOf(mark) + mark.length)) as State;
}

/** Through JSON, as in the host. */
function actionsOf({ actions }: State): Action[] {
  return (JSON.parse(JSON.stringify(actions)) as Action[][])[0] ?? [];
}
