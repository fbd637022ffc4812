import type { TypedData } from './coreContract';

/**
 * A function's return value as JSON text, as the Durable extension stores activity and orchestrator results.
 * `null` when the function returned nothing: the SDK can parse a null result, but not an absent one.
 */
export function typedDataToJson(data: TypedData | null | undefined): string | null {
  if (data === null || data === undefined) return null;
  if (typeof data.json === 'string') return data.json;
  if (typeof data.string === 'string') return JSON.stringify(data.string);
  if (typeof data.int === 'number') return JSON.stringify(data.int);
  if (typeof data.double === 'number') return JSON.stringify(data.double);
  if (data.bytes) return JSON.stringify(Buffer.from(data.bytes).toString('base64'));
  return null;
}

/**
 * Trigger data of an activity, from the history's `Input` (a JSON array of one argument). The SDK has JSON-encoded string
 * arguments once already, so a string is passed on unchanged and parsed by the library.
 */
export function activityInput(arrayText: string): TypedData | undefined {
  const argument = arrayText.slice(1, -1);
  if (argument === 'null') return undefined;
  return { string: argument.startsWith('"') ? (JSON.parse(argument) as string) : argument };
}
