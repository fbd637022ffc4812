import { BadRequestError } from 'openai';

/** Parameters of requests that some models and servers refuse. */
export interface OptionalParameters<Parameters extends object> {
  /** What the next request sends: the parameters that nothing has refused. */
  current(): Partial<Parameters>;
  /** True when the error refuses one of them; it is left out from then on, so that the request can be repeated. */
  leaveOut(error: unknown): boolean;
}

/** Which models take which parameters changes with each model, so that the service is asked and its refusal is remembered. */
export function optionalParameters<Parameters extends object>(parameters: Parameters): OptionalParameters<Parameters> {
  const kept = new Map(Object.entries(parameters).filter(([, value]) => value !== undefined));
  return {
    current: () => Object.fromEntries(kept) as Partial<Parameters>,
    leaveOut: (error) => {
      if (!(error instanceof BadRequestError) || error.code === 'content_filter') return false;
      // OpenAI names it in `param`, other servers only in the text.
      const refused = [...kept.keys()].find((name) => error.param === name || error.message.includes(name));
      return refused !== undefined && kept.delete(refused);
    },
  };
}
