import { createRequire } from 'node:module';
import type { Invoke } from '../../../../packages/functions-host/worker/invoke';
import { ORCHESTRATIONS, type Play } from '../orchestrations';

type Listener = (payload: object, context: object) => Promise<object>;

/** A private file of the SDK, without types. */
const { Orchestrator } = createRequire(__filename)('durable-functions/lib/src/orchestrations/Orchestrator') as {
  Orchestrator: new (generator: Play) => { listen(): Listener };
};

/**
 * Calls an orchestrator through the real SDK, without a host: `data` is the payload with the history, the result the SDK's
 * state. Throws the SDK's error when the orchestrator fails.
 */
export function invokeWithSdk(orchestrations = ORCHESTRATIONS): Invoke {
  return async (name, { data }) => {
    const orchestration = orchestrations[name];
    if (!orchestration) throw new Error(`There is no orchestrator '${name}'.`);
    if (typeof data?.string !== 'string') throw new Error('The payload is not a text.');
    const state = await new Orchestrator(orchestration).listen()(JSON.parse(data.string) as object, {});
    return { returnValue: { json: JSON.stringify(state) }, hasResult: true };
  };
}
