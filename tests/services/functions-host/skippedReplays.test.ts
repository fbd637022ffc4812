import type { Action } from '../../../packages/functions-host/durable/episodes/actions';
import { EventType, isScheduling } from '../../../packages/functions-host/durable/episodes/historyEvents';
import { Simulation } from '../../../packages/functions-host/durable/episodes/simulate';
import { readRecording } from '../../support/functions-host/recordings';
import { replayWithSdk } from '../../support/functions-host/sdkReplay';

/**
 * The host calls an orchestrator only when the simulation says that its code can have moved. Here the real SDK is asked
 * after every single event of real histories: where the host would not have asked, it must have had nothing new to say.
 */
test.each([
  ['fanOut', { count: 4 }],
  ['chunks', { count: 5, size: 2 }],
  ['sequence', { count: 3 }],
  ['manySubs', { count: 2 }],
  ['retries', undefined],
  ['failedAllOfPlainTasks', undefined],
  ['failedAllReturns', undefined],
  ['openTimer', undefined],
])('%s: a replay that is left out would have said nothing new', async (name, input) => {
  jest.spyOn(console, 'warn').mockImplementation(() => undefined);
  const history = readRecording(name).at(-1)?.history ?? [];
  let simulation = new Simulation([]);
  let known: Action[] | undefined;
  let skipped = 0;
  for (const [index, event] of history.entries()) {
    simulation.feed(event);
    if (isScheduling(event) || event.EventType === EventType.OrchestratorStarted) continue;
    const said = await replayWithSdk(name, input, history.slice(0, index + 1));
    if (known && !simulation.needsReplay) {
      expect(said).toEqual(known);
      skipped++;
      continue;
    }
    known = said;
    simulation = new Simulation(said);
    for (const earlier of history.slice(0, index + 1)) simulation.feed(earlier);
  }
  expect(known).toBeDefined();
  if (['fanOut', 'chunks', 'retries'].includes(name)) expect(skipped).toBeGreaterThan(0);
});
