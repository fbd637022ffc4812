import type { RegisteredFunction } from './coreContract';
import type { Environment } from '../settings/hostSettings';

/** The functions that no setting `AzureWebJobs.NAME.Disabled` disables (`__` may replace the dots). */
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
