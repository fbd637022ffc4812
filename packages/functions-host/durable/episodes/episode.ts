import type { Invoke } from '../../worker/invoke';
import { messageOf, type Log } from '../../log';
import { planEpisode } from './episodePlan';
import { EventType, stamped, type HistoryEvent, type SchedulingEvent } from './historyEvents';
import type { SimulatedAnswer, Instance, RuntimeStatus } from '../instances/instance';
import { readAnswer, readFailure, type OrchestratorAnswer } from './orchestratorAnswer';
import { orchestratorPayload } from './orchestratorPayload';
import { describeDivergence, type IdCheck, type SdkSequence } from './sdkSequenceCheck';
import { simulate, type Simulation } from './simulate';

export interface EpisodeSurroundings {
  invoke: Invoke;
  log: Log;
  idCheck: IdCheck;
  sdkSequence: SdkSequence | undefined;
}

interface Common {
  isReplay: boolean;
  /** ISO 8601: the episode's time. The orchestrator uses it as the current time. */
  at: string;
  /** How many messages of the inbox the episode consumes. */
  consumed: number;
  /** JSON text. */
  customStatus: string | undefined;
}

/** The next step for an instance after its new messages. It has not been applied to the instance or the journal yet. */
export type Decision =
  /** The messages have no effect yet. They stay in the inbox, which is in the journal. */
  | { kind: 'wait'; isReplay: boolean }
  | (Common & { kind: 'continueAsNew'; input: string })
  | (Common & {
      kind: 'commit';
      scheduled: SchedulingEvent[];
      canceled: number[];
      status: RuntimeStatus;
      /** JSON text. */
      output?: string;
    });
type Concluded = Unreplayed<Exclude<Decision, { kind: 'wait' }>>;
type Unreplayed<T> = T extends unknown ? Omit<T, 'isReplay'> : never;

/** Decides the next episode of an instance with a filled inbox. `at` is ISO 8601. */
export async function decide(instance: Instance, at: string, surroundings: EpisodeSurroundings): Promise<Decision> {
  const undelivered = instance.inbox.slice(instance.delivered);
  instance.delivered = instance.inbox.length;
  const common = { at, consumed: instance.inbox.length, customStatus: instance.customStatus };
  const termination = undelivered.find((message) => message.EventType === EventType.ExecutionTerminated);
  if (termination) {
    const output = JSON.stringify(termination.Input ?? null);
    return { kind: 'commit', isReplay: false, ...common, scheduled: [], canceled: [], status: 'Terminated', output };
  }
  const started = stamped(at, { EventType: EventType.OrchestratorStarted as const });

  const current = instance.current;
  if (current) {
    current.simulation.feed(started);
    for (const message of undelivered) current.simulation.feed(message);
    const hasEnded = current.answer.isDone || current.answer.failure !== undefined;
    if (hasEnded || !current.simulation.needsReplay) {
      const isQuiet = !current.simulation.isResolved && current.simulation.commands.length === current.planned;
      return isQuiet ? { kind: 'wait', isReplay: false } : { isReplay: false, ...conclude(instance, current, common) };
    }
  }
  const next = await replay(instance, [started, ...instance.inbox], surroundings);
  instance.current = next;
  return { isReplay: true, ...conclude(instance, next, common) };
}

/** Calls the orchestrator with its whole history and simulates its answer on that history. */
async function replay(
  instance: Instance,
  news: HistoryEvent[],
  { invoke, log, idCheck, sdkSequence }: EpisodeSurroundings,
): Promise<SimulatedAnswer> {
  const answer = await ask(instance, news, invoke);
  let simulation: Simulation;
  try {
    simulation = simulate([...instance.history, ...news], answer.actions);
  } catch (thrown) {
    return failed(answer, messageOf(thrown));
  }
  // SDK and host must have assigned the same number of task ids, or results would go to the wrong tasks.
  const sdkCount = sdkSequence?.(instance.id);
  const isComparable = sdkCount !== undefined && !answer.isDone && answer.failure === undefined;
  if (isComparable && simulation.divergesFrom(sdkCount)) {
    const failure = describeDivergence(sdkCount, simulation.commands.length);
    log('error', instance.name, failure);
    if (idCheck === 'strict') return failed(answer, failure);
  }
  return { answer, simulation, planned: 0 };
}

async function ask(instance: Instance, news: HistoryEvent[], invoke: Invoke): Promise<OrchestratorAnswer> {
  try {
    const { returnValue } = await invoke(instance.name, { data: { string: orchestratorPayload(instance, news) } });
    return readAnswer(returnValue);
  } catch (thrown) {
    return readFailure(thrown);
  }
}

/** The answer for an instance that can't continue: it fails at once, even if tasks are still running. */
function failed(answer: OrchestratorAnswer, failure: string): SimulatedAnswer {
  return { answer: { ...answer, failure, actions: [] }, simulation: simulate([], []), planned: 0 };
}

/** Turns an answer into the episode to commit. */
function conclude(instance: Instance, current: SimulatedAnswer, common: Omit<Common, 'isReplay'>): Concluded {
  let { answer, simulation } = current;
  let plan = planEpisode(instance, simulation, current.planned, common.at);
  if (plan.contradiction !== undefined) {
    ({ answer, simulation } = failed(answer, plan.contradiction));
    plan = { scheduled: [], canceled: [] };
  }
  current.planned = simulation.commands.length;
  const customStatus = answer.customStatus ?? common.customStatus;
  const episode = { ...common, customStatus, kind: 'commit' as const, ...plan };
  if (!simulation.isResolved) return { ...episode, status: 'Running' };
  if (answer.failure !== undefined) {
    const output = JSON.stringify(`Orchestrator function '${instance.name}' failed: ${answer.failure}`);
    return { ...episode, status: 'Failed', output };
  }
  if (simulation.continueAsNew) {
    const input = JSON.stringify(simulation.continueAsNew.input ?? null);
    return { ...common, customStatus, kind: 'continueAsNew', input };
  }
  return answer.isDone ? { ...episode, status: 'Completed', output: answer.output } : { ...episode, status: 'Running' };
}
