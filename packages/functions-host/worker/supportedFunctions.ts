import type { RegisteredFunction } from './coreContract';

const supportedTriggers = ['httpTrigger', 'timerTrigger', 'orchestrationTrigger', 'activityTrigger'] as const;
export type SupportedTrigger = (typeof supportedTriggers)[number];
const clientInput = /^(durable|orchestration)Client$/i;

/** True for an input binding that carries a durable client. */
export function isClientInput(type: string): boolean {
  return clientInput.test(type);
}

/**
 * Everything in the app that this host can't run, one sentence each: triggers, bindings and retry policies. Empty when the
 * host supports the complete app.
 */
export function findUnsupported(functions: Iterable<RegisteredFunction>): string[] {
  return [...functions].flatMap(problemsOf);
}

/** True when a function exists and has this trigger. The case of the type does not matter. */
export function isOfType(registered: RegisteredFunction | undefined, type: SupportedTrigger): boolean {
  return registered?.trigger.type.toLowerCase() === type.toLowerCase();
}

function problemsOf(registered: RegisteredFunction): string[] {
  const { metadata, trigger } = registered;
  const problems: string[] = [];
  if (!supportedTriggers.some((type) => isOfType(registered, type))) {
    problems.push(
      `Function '${metadata.name}': the trigger "${trigger.type}" is not supported. Supported: ${supportedTriggers.join(', ')}.`,
    );
  }
  for (const [name, binding] of Object.entries(metadata.bindings)) {
    if (name === trigger.name || isSupportedBinding(name, binding)) continue;
    problems.push(
      `Function '${metadata.name}': the ${binding.direction ?? ''} binding "${binding.type}" (${name}) is not supported. ` +
        'Supported: durableClient as input, http as return value.',
    );
  }
  if (metadata.retryOptions !== undefined && !isOfType(registered, 'timerTrigger')) {
    problems.push(
      `Function '${metadata.name}': a "retry" policy is supported for timer functions only. ` +
        'Retry in the orchestrator (callActivityWithRetry) or in the function itself.',
    );
  }
  return problems;
}

function isSupportedBinding(name: string, { direction, type }: { direction?: string; type: string }): boolean {
  if (direction === 'in') return isClientInput(type);
  return name === '$return' && type.toLowerCase() === 'http';
}
