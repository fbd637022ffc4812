import type { PricedItem, PriceList } from '../prices/price';
import type { ModelUsage, Usage } from './usage';

/**
 * What a piece of work costs at the prices of the list, by what its usage alone decides: compute at the on-demand price of
 * Flex Consumption without its free grant, requests to the lake, and tokens. What is paid by the hour or by the stored GB
 * (PostgreSQL, Qdrant, storage) is not in it. An amount is null when something that was used has no price.
 */
export interface Money {
  currency: string;
  total: number | null;
  compute: number | null;
  storage: number | null;
  models: number | null;
  /** What was used and has no price: a model, or an item of the price list. */
  unpriced: string[];
}

const TEN_THOUSAND = 10_000;
const MILLION = 1_000_000;

/** @param executions of functions that did the work */
export function moneyOf(usage: Usage, executions: number, prices: PriceList): Money {
  const unpriced = new Set<string>();
  const cost = (item: PricedItem, units: number): number | null => {
    if (units === 0) return 0;
    const price = prices.items[item]?.price;
    if (price === undefined) unpriced.add(item);
    return price === undefined ? null : price * units;
  };
  const compute = sum([
    cost('flexGigabyteSecond', usage.gigabyteSeconds),
    cost('flexMillionExecutions', executions / MILLION),
  ]);
  const storage = sum([
    cost('blobReads', usage.storageReads / TEN_THOUSAND),
    cost('blobWrites', (usage.storageWrites + usage.storageLists) / TEN_THOUSAND),
    cost('blobOthers', usage.storageOthers / TEN_THOUSAND),
  ]);
  const models = sum(
    usage.models.map((model) => {
      const money = moneyOfModel(model, prices);
      if (money === null) unpriced.add(model.model);
      return money;
    }),
  );
  const total = sum([compute, storage, models]);
  return { currency: prices.currency, total, compute, storage, models, unpriced: [...unpriced].sort() };
}

/** Null for a model without a price, and when the service did not report the tokens of a call. */
function moneyOfModel(
  { model, isInApp, unreportedCalls, inputTokens, cachedTokens, outputTokens }: ModelUsage,
  { models }: PriceList,
): number | null {
  if (isInApp) return 0;
  const price = models[model];
  if (price === undefined || unreportedCalls > 0 || (outputTokens > 0 && price.output === undefined)) return null;
  const { input, cached = input, output = 0 } = price;
  return ((inputTokens - cachedTokens) * input + cachedTokens * cached + outputTokens * output) / MILLION;
}

function sum(amounts: (number | null)[]): number | null {
  return amounts.reduce<number | null>(
    (total, amount) => (total === null || amount === null ? null : total + amount),
    0,
  );
}
