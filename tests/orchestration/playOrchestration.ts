import type { OrchestrationContext } from 'durable-functions';
import { ingest } from '../../orchestrators/ingest';
import { EMBEDDING_STREAM, embeddingStream, METADATA_STREAM, metadataStream } from '../../orchestrators/streams';
import { TRANSFORM_BATCH, transformBatch } from '../../orchestrators/transformBatch';

type Play = (context: OrchestrationContext) => Generator<unknown, unknown, unknown>;
const ORCHESTRATIONS: Record<string, Play> = {
  ingest: ingest,
  [TRANSFORM_BATCH]: transformBatch,
  [METADATA_STREAM]: metadataStream,
  [EMBEDDING_STREAM]: embeddingStream,
};

interface FakeTask {
  run: () => unknown;
}

/**
 * Plays an orchestration with the given activities, one after another, in the order in which the tasks are created. Only
 * the order is under test here; the engine has tests of its own. Returns the result and the activity calls in order.
 */
export function playOrchestration(
  name: string,
  input: object,
  activities: Record<string, (input: never) => unknown>,
  calls: { name: string; input: unknown }[] = [],
): { result: unknown; calls: { name: string; input: unknown }[] } {
  const call = (activity: string, given: unknown): FakeTask => ({
    run: () => {
      calls.push({ name: activity, input: given });
      const handler = activities[activity];
      if (!handler) throw new Error(`no such activity: ${activity}`);
      return handler(given as never);
    },
  });
  const context = {
    df: {
      instanceId: 'ingest-letters-2026-01-01',
      currentUtcDateTime: new Date('2026-01-02T01:00:00.250Z'),
      getInput: () => input,
      newGuid: () => '0f8fad5b-d9cb-469f-a165-70867728950e',
      callActivityWithRetry: (activity: string, _retry: unknown, given: unknown) => call(activity, given),
      callSubOrchestrator: (sub: string, given: object): FakeTask => ({
        run: () => playOrchestration(sub, given, activities, calls).result,
      }),
      Task: {
        all: (tasks: FakeTask[]): FakeTask => ({
          run: () => {
            // All children end before the first failure is told, as in the engine.
            const outcomes = tasks.map((task) => {
              try {
                return { value: task.run() };
              } catch (error) {
                return { error };
              }
            });
            const failed = outcomes.find((outcome) => 'error' in outcome);
            if (failed && 'error' in failed) throw failed.error;
            return outcomes.map((outcome) => ('value' in outcome ? outcome.value : undefined));
          },
        }),
      },
    },
  } as unknown as OrchestrationContext;

  const flow = ORCHESTRATIONS[name]?.(context);
  if (!flow) throw new Error(`no such orchestration: ${name}`);
  let step = flow.next();
  while (!step.done) {
    let value: unknown;
    try {
      value = (step.value as FakeTask).run();
    } catch (error) {
      step = flow.throw(error);
      continue;
    }
    step = flow.next(value);
  }
  return { result: step.value, calls };
}
