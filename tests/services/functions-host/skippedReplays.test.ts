import type { Action } from '../../../packages/functions-host/durable/episodes/actions';
import { EventType, isScheduling } from '../../../packages/functions-host/durable/episodes/historyEvents';
import { Simulation } from '../../../packages/functions-host/durable/episodes/simulate';
import { readRecording } from '../../support/functions-host/recordings';
import { replayWithSdk } from '../../support/functions-host/sdkReplay';

/**
 * The host calls an orchestrator only if the simulation finds that its code can have advanced. Here the real SDK runs
 * after every event of real histories: if the host would have skipped the call, the SDK must return no new actions.
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
])('%s: a skipped replay would have returned no new actions', async (name, input) => {
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
