import type { UsageMeter } from '../usageMeter';

/** Tokens of one call, as the model or its service reports them. */
export interface ReportedTokens {
  inputTokens: number;
  cachedTokens?: number;
  outputTokens?: number;
}

/** Returns a function that counts one call of a model; without tokens when its service reported none. */
export function countedModel(
  { countModel }: Pick<UsageMeter, 'countModel'>,
  { model, isInApp }: { model: string; isInApp: boolean },
): (tokens: ReportedTokens | undefined) => void {
  return (tokens) =>
    countModel({
      model,
      isInApp,
      calls: 1,
      unreportedCalls: tokens === undefined ? 1 : 0,
      inputTokens: tokens?.inputTokens ?? 0,
      cachedTokens: tokens?.cachedTokens ?? 0,
      outputTokens: tokens?.outputTokens ?? 0,
    });
}
