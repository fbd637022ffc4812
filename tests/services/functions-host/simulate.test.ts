import {
  EventType,
  isScheduling,
  type SchedulingEvent,
} from '../../../packages/functions-host/durable/episodes/historyEvents';
import { Simulation, simulate, type Command } from '../../../packages/functions-host/durable/episodes/simulate';
import { readRecording, recordAgain, type Replay } from '../../support/functions-host/recordings';

/** Orchestrations that the SDK and the host number alike, with the inputs of their recordings. */
const sound = {
  fanOut: { count: 4 },
  chunks: { count: 5, size: 2 },
  sequence: { count: 3 },
  manySubs: { count: 2 },
  retries: undefined,
  loop: { i: 0, rounds: 1 },
  openTimer: undefined,
  failedAllOfPlainTasks: undefined,
  failedAllReturns: undefined,
};
const hazards = {
  hazardFailedAllGoesOn: undefined,
  hazardAnyLoop: undefined,
  hazardWindow: undefined,
  hazardCanceledTimerAfterRetry: undefined,
};

// RECORD_HISTORIES=1 npx jest tests/services/functions-host/simulate.test.ts writes new recordings (after an SDK upgrade).
if (process.env.RECORD_HISTORIES) beforeAll(async () => recordAgain({ ...sound, ...hazards }));

function describeCommand(command: Command): string {
  if (command.kind === 'timer') return 'timer';
  return `${command.kind} ${command.action.functionName}`;
}

function describeEvent(event: SchedulingEvent): string {
  if (event.EventType === EventType.TimerCreated) return 'timer';
  return `${event.EventType === EventType.TaskScheduled ? 'activity' : 'subOrchestration'} ${event.Name}`;
}

/** Expects that the simulation issues the tasks that the recorded history has scheduled so far. */
function expectSameTasks({ history, actions }: Replay): void {
  const { commands } = simulate(history, actions);
  const scheduled = history.filter(isScheduling);
  const issued = scheduled
    .map(({ EventId }) => commands[EventId])
    .map((command) => command && describeCommand(command));
  expect(issued).toEqual(scheduled.map(describeEvent));
}

function diverges({ history, actions, isDone, hasFailed, sdkCount }: Replay): boolean {
  return !isDone && !hasFailed && simulate(history, actions).divergesFrom(sdkCount);
}

describe.each(Object.keys(sound))('recorded history of %s', (name) => {
  test('gives the tasks and ids of the history, at every replay', () => {
    const replays = readRecording(name);
    expect(replays.length).toBeGreaterThan(1);
    for (const replay of replays) expectSameTasks(replay);
  });

  test('numbers tasks as the SDK did', () => {
    expect(readRecording(name).map(diverges)).not.toContain(true);
  });

  test('asks for a replay exactly when the SDK had new actions', () => {
    const replays = readRecording(name);
    for (const [index, replay] of replays.entries()) {
      const next = replays[index + 1];
      if (!next || replay.isDone || replay.hasFailed || next.history.length <= replay.history.length) continue;
      const simulation = simulate(replay.history, replay.actions);
      const news = next.history.slice(replay.history.length).filter((event) => !isScheduling(event));
      for (const event of news) simulation.feed(event);
      expect(simulation.needsReplay).toBe(true);
      expect(next.actions.length > replay.actions.length || next.isDone || next.hasFailed).toBe(true);
    }
  });

  test('ends', () => {
    const last = readRecording(name).at(-1);
    expect(last && (last.isDone || last.hasFailed)).toBe(true);
  });
});

describe('hazards', () => {
  test.each(['hazardFailedAllGoesOn', 'hazardAnyLoop', 'hazardWindow'])(
    '%s: SDK and host number tasks differently',
    (name) => {
      const verdicts = readRecording(name).map(diverges);
      expect(verdicts.at(-1)).toBe(true);
      expect(verdicts.slice(0, -1)).not.toContain(true);
    },
  );

  test('hazardCanceledTimerAfterRetry: after the cancellation the next task takes the id of the retry timer', () => {
    const last = readRecording('hazardCanceledTimerAfterRetry').at(-1);
    expect(last).toBeDefined();
    const { commands } = simulate(last?.history ?? [], last?.actions ?? []);
    const timer = last?.history.find((event) => event.EventType === EventType.TimerCreated && event.EventId === 2);
    expect(timer).toBeDefined();
    expect(commands[2] && describeCommand(commands[2])).toBe('activity echo');
  });

  test('openTimer: a losing timer that is not canceled keeps the instance from ending', () => {
    const last = readRecording('openTimer').at(-1);
    const { isDone = false, history = [], actions = [] } = last ?? {};
    expect(isDone).toBe(true);
    const simulation = simulate(history, actions);
    expect(simulation.isResolved).toBe(false);
    const timer = history.find((event) => event.EventType === EventType.TimerCreated);
    const common = { IsPlayed: false, Timestamp: '2024-01-01T00:00:00.000Z', FireAt: '' };
    simulation.feed({ EventType: EventType.TimerFired, EventId: -1, TimerId: timer?.EventId ?? -1, ...common });
    expect(simulation.isResolved).toBe(true);
  });
});

test('an action that runs only on Azure is refused by name', () => {
  const simulation = new Simulation([{ actionType: 9 }]);
  const [started] =
    readRecording('sequence')[0]?.history.filter((e) => e.EventType === EventType.ExecutionStarted) ?? [];
  if (!started) throw new Error('the recording has no ExecutionStarted');
  expect(() => simulation.feed(started)).toThrow('does not support SignalEntity');
});
