import type { RegisteredFunction } from './coreContract';
import type { Environment } from '../settings/hostSettings';

/** The functions that are not switched off by a setting `AzureWebJobs.NAME.Disabled` (or with `__` for the dots). */
export function enabledFunctions(
  functions: ReadonlyMap<string, RegisteredFunction>,
  environment: Environment,
): Map<string, RegisteredFunction> {
  const isDisabled = (name: string): boolean => {
    const value = environment[`AzureWebJobs.${name}.Disabled`] ?? environment[`AzureWebJobs__${name}__Disabled`];
    return value !== undefined && /^(true|1)$/i.test(value);
  };
  return new Map([...functions].filter(([name]) => !isDisabled(name)));
}
